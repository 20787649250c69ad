namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Colour jitter as torchvision has it, with a probability: the views are independent.</summary>
public sealed record ColorJitter : ColorStep
{
    private protected override void DrawFactors(Span<double> brightness, Span<double> contrast)
    {
        DrawIndependent(brightness, Brightness);
        DrawIndependent(contrast, Contrast);
    }
}
