namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The part of a recipe that a step decides, in the order in which the renderer applies them.</summary>
public enum RecipeStage
{
    /// <summary>Crop box and output size.</summary>
    Crop,

    /// <summary>Horizontal flip.</summary>
    Flip,

    /// <summary>Brightness, contrast, saturation and hue.</summary>
    Color,

    /// <summary>Conversion to grey.</summary>
    Grayscale,

    /// <summary>Gaussian blur.</summary>
    Blur,

    /// <summary>Solarization.</summary>
    Solarize,

    /// <summary>Operations of RandAugment.</summary>
    RandAugment,

    /// <summary>Conversion to grey behind everything else (<see cref="RandomGrayscale.Last"/>).</summary>
    LastGrayscale,
}

/// <summary>
/// A distribution over the parameters of <em>all</em> views of a row together: that is where a joint distribution lives, independence is the
/// special case. Immutable; its properties are its whole configuration, and printing it prints them.
/// </summary>
public abstract record AugmentationStep
{
    /// <summary>The part of the recipe that the step decides.</summary>
    public abstract RecipeStage Stage { get; }

    /// <summary>
    /// Names the step's random numbers. Steps that are alternatives of one another share a name, so that experiments which swap one for the
    /// other differ in nothing else: all crops draw from "crop".
    /// </summary>
    public abstract string RandomName { get; }

    /// <summary>The fewest views that the step makes sense for.</summary>
    public virtual int MinimumViews => 1;

    /// <summary>Throws when settings do not go together, or with the number of views. A plan calls it before it takes the step.</summary>
    /// <param name="viewCount">The number of views that the step is for.</param>
    /// <exception cref="ArgumentException">Settings that contradict one another.</exception>
    public virtual void Validate(int viewCount)
    {
    }

    /// <summary>Draws the step's parameters for one row.</summary>
    /// <param name="context">Size of the image and the random numbers of the row.</param>
    /// <param name="views">The recipes of all views of the plan.</param>
    /// <param name="targets">The views that the step is for: indices into <paramref name="views"/>, in the plan's order.</param>
    public abstract void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets);
}
