using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>What a linear classifier is given of an encoder.</summary>
/// <param name="Output">What takes the place of the encoder's features; null where it is those.</param>
/// <param name="Description">It in words.</param>
/// <param name="IsPublished">Whether it is known to be what the protocol has.</param>
internal sealed record LinearEvaluationFeatures(IImageEncoder? Output, string Description, bool IsPublished = true)
{
    private const string OwnFeatures = "the encoder's features";

    /// <summary>Of wider networks than ViT-Small DINO takes the last block alone, with its patch tokens.</summary>
    private const int WidthOfSmall = 384, BlocksOfSmall = 4;

    /// <summary>What a protocol has of an encoder. Of one that is no network in memory nobody knows what is behind its features.</summary>
    public static LinearEvaluationFeatures Of(ITransformer encoder, VisionTransformerTokens tokens) => (tokens, encoder) switch
    {
        (VisionTransformerTokens.LastClassToken, _) => new(null, OwnFeatures),
        (_, ContrastiveEncoderTransformer { Network: { Backbone: VisionTransformer { FeatureDimension: > WidthOfSmall } } network }) =>
            new(network.Tokens(classTokens: 1, meanPatchToken: true), "class token and mean patch token of the last block"),
        (_, ContrastiveEncoderTransformer { Network: { Backbone: VisionTransformer } network }) =>
            new(network.Tokens(BlocksOfSmall, meanPatchToken: false), $"class tokens of the last {BlocksOfSmall} blocks"),
        (_, ContrastiveEncoderTransformer) => new(null, OwnFeatures),
        _ => new(null, OwnFeatures, IsPublished: false),
    };
}
