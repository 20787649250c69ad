using System.CommandLine;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.Encoders;

/// <summary>The options of verbs that take an encoder which was made before.</summary>
internal sealed class EncoderOptions
{
    /// <summary>The checkpoints of a run.</summary>
    public const string Last = "last", Best = "best";

    private const int LargestSide = 4096;

    private readonly Option<string> _path = new("--encoder")
    {
        Description = "The folder of a run, an ONNX file, or a file of weights (.safetensors, .pth, .pt, .ckpt).",
        HelpName = "PATH",
        Required = true,
    };

    /// <summary>Which checkpoint of a run.</summary>
    public Option<string?> Checkpoint { get; } = new("--checkpoint")
    {
        Description = $"Of a run: take this checkpoint, {Last} or {Best}, instead of what it has exported.",
        HelpName = $"{Last}|{Best}",
        CustomParser = OptionParsing.Parsed<string?>(text => OptionParsing.OneOf([Last, Best])(text)),
    };

    /// <summary>The network of a file of weights.</summary>
    public Option<Backbone?> Backbone { get; } = new("--backbone")
    {
        Description = "Of a file of weights: the network that they belong to, e.g. resnet50.",
        HelpName = "NAME",
        CustomParser = OptionParsing.Parsed<Backbone?>(Backbones.Backbone.Parse),
    };

    /// <summary>The size of the images of a file of weights.</summary>
    public Option<int?> ImageSize { get; } = new("--image-size")
    {
        Description = "Of a file of weights: side of the encoder's images in pixels. Default: what the network is made for.",
        HelpName = "PIXELS",
        CustomParser = OptionParsing.Whole(1, LargestSide),
    };

    /// <summary>All of them.</summary>
    public IEnumerable<Symbol> All => [_path, Checkpoint, Backbone, ImageSize];

    /// <summary>What was named.</summary>
    public string PathOf(VerbContext context) => context.Value(_path)!;
}
