namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Blurs each view with a probability; σ is uniform and independent between views.</summary>
public sealed record GaussianBlur : BlurStep
{
    /// <summary>Probability for each view, 0 to 1.</summary>
    /// <value>The default value is 0.5.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int view in targets)
        {
            RandomSequence random = context.View(view);
            double sigma = SigmaRange.Min + (random.NextDouble() * (SigmaRange.Max - SigmaRange.Min));
            Set(ref views[view], random.NextDouble() < Probability, sigma);
        }
    }
}
