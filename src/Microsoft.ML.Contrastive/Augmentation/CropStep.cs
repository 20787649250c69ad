namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A step that decides where each view is cropped and how large it becomes.</summary>
public abstract record CropStep : AugmentationStep
{
    /// <summary>Size of the views in pixels: each side 1 to 32767.</summary>
    public required ImageSize OutputSize
    {
        get;
        init => field = value is { Width: >= 1 and <= short.MaxValue, Height: >= 1 and <= short.MaxValue }
            ? value
            : throw Setting.OutOfRange(nameof(OutputSize), value, "1x1 to 32767x32767");
    }

    /// <summary>The boxes that the trainer is to make for this crop.</summary>
    internal virtual HeatMapBoxes? BoxesNeeded => null;

    /// <inheritdoc/>
    public sealed override RecipeStage Stage => RecipeStage.Crop;

    /// <inheritdoc/>
    public sealed override string RandomName => "crop";
}
