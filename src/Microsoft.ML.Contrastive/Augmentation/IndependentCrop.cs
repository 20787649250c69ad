namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// Independent areas, uniform on <see cref="RandomCrop.Scale"/> on images of every shape: <see cref="RandomResizedCrop"/> without the effect of
/// its tries and fallback, and so the exact counterpart of <see cref="JointCrop"/>.
/// </summary>
public sealed record IndependentCrop : AreaCrop
{
    private protected override void DrawScales(Span<BoxDraws> draws, Span<double> scales)
    {
        foreach (ref double scale in scales)
            scale = Scale.Min + (scale * (Scale.Max - Scale.Min));
    }
}
