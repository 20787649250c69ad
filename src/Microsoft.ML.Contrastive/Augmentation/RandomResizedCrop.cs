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
            Draw(ref random, context.Image, ref views[view]);
        }
    }

    /// <summary>Draws one box.</summary>
    /// <returns>The number of tries it took; 0 when the central box was taken.</returns>
    internal int Draw(ref RandomSequence random, ImageSize image, ref ViewRecipe view)
    {
        for (int attempt = 1; attempt <= TriedBox.Tries; attempt++)
        {
            double area = random.NextDouble(), aspect = random.NextDouble(), x = random.NextDouble(), y = random.NextDouble();
            double scale = Scale.Min + (area * (Scale.Max - Scale.Min));
            if (!TriedBox.Fits(scale, LogUniform.Quantile(aspect, AspectRatio), image, out int width, out int height))
                continue;
            view.SetCrop(TriedBox.Position(x, image.Width - width), TriedBox.Position(y, image.Height - height), width, height, scale, this);
            return attempt;
        }

        var central = TriedBox.Central(image, AspectRatio);
        view.SetCrop(
            central.X, central.Y, central.Width, central.Height, (double)central.Width * central.Height / image.Area, this);
        return 0;
    }
}
