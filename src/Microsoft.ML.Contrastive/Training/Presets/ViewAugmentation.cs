using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>How one view of a preset is made: a step for each stage of the renderer, or none.</summary>
public sealed record ViewAugmentation
{
    /// <summary>Where the view is cropped and how large it becomes.</summary>
    public required RandomResizedCrop Crop { get; init; }

    /// <summary>Mirroring; <see langword="null"/> for none.</summary>
    public HorizontalFlip? Flip { get; init; }

    /// <summary>Changes of brightness, contrast, saturation and hue; <see langword="null"/> for none.</summary>
    public ColorJitter? Color { get; init; }

    /// <summary>Conversion to grey; <see langword="null"/> for none.</summary>
    public RandomGrayscale? Grayscale { get; init; }

    /// <summary>Blur; <see langword="null"/> for none.</summary>
    public GaussianBlur? Blur { get; init; }

    /// <summary>Inversion of bright pixels; <see langword="null"/> for none.</summary>
    public Solarize? Solarize { get; init; }

    /// <summary>Operations of RandAugment; <see langword="null"/> for none.</summary>
    public RandAugment? RandAugment { get; init; }
}
