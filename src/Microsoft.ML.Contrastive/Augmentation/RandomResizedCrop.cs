namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// The field's baseline, as torchvision has it: independent areas, up to ten tries to fit the rounded box into the image, then a central box.
/// </summary>
/// <remarks>
/// Each try draws area (uniform) and aspect ratio (log-uniform) anew, so the law of the areas depends on the shape of the image: large areas
/// fit less often. P(area ratio of two views beyond 2:1) is 25 % on squares of 224 pixels and less on other shapes, where independent areas
/// have 28.1 %. The arm without this effect is <see cref="IndependentCrop"/>. Note that torchvision's own default scale begins at .08.
/// </remarks>
public sealed record RandomResizedCrop : RandomCrop
{
    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int view in targets)
        {
            RandomSequence random = context.View(view);
            TriedBox.Draw(ref random, context.Image, Scale, AspectRatio, out TriedBox box);
            views[view].SetCrop(box.X, box.Y, box.Width, box.Height, box.Scale, this);
        }
    }
}
