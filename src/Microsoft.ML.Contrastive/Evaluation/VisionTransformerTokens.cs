namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>What a linear classifier is given of a vision transformer. Other networks have features of one kind.</summary>
public enum VisionTransformerTokens
{
    /// <summary>The class token of the last block: the encoder's own features.</summary>
    LastClassToken,

    /// <summary>
    /// DINO's (Caron et al., ICCV 2021, appendix F.2; <c>eval_linear.py</c>, <c>--n_last_blocks</c> and <c>--avgpool_patchtokens</c>): of ViT-Small, and of smaller ones, the class tokens of the last
    /// four blocks side by side; of ViT-Base the class token of the last block beside the mean of its patch tokens. 1536 features either way, 768 of ViT-Tiny. All are behind the last norm.
    /// </summary>
    Dino,
}
