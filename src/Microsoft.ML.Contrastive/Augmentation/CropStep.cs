namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A step that decides where each view is cropped and how large it becomes.</summary>
public abstract record CropStep : AugmentationStep
{
    /// <summary>Size of the views in pixels.</summary>
    public required ImageSize OutputSize { get; init; }

    /// <inheritdoc/>
    public sealed override RecipeStage Stage => RecipeStage.Crop;

    /// <inheritdoc/>
    public sealed override string RandomName => "crop";
}
