namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// What a plan does to pairs, as data: it is drawn from many times, and any <see cref="PairQuantity"/> is counted beside the closed form that it should follow.
/// </summary>
/// <remarks>The draws are those of rows 0, 1, 2, … of an epoch, on an image of one size; no image is needed.</remarks>
public sealed class PairStatistics
{
    /// <summary>Default number of pairs: shares are then off by at most 0.2 % (one standard error).</summary>
    public const int DefaultPairs = 100_000;

    private readonly ViewPlan _plan;
    private readonly int _first, _second;
    private readonly (ViewRecipe First, ViewRecipe Second)[] _pairs;

    private PairStatistics(ViewPlan plan, int first, int second, (ViewRecipe First, ViewRecipe Second)[] pairs) =>
        (_plan, _first, _second, _pairs) = (plan, first, second, pairs);

    /// <summary>Draws pairs.</summary>
    /// <param name="plan">The plan, e.g. <c>data.Schema["View1"].GetViewPlan()</c>.</param>
    /// <param name="image">Size of the image that the views are imagined of.</param>
    /// <param name="pairs">How many pairs, at least 2.</param>
    /// <param name="first">Index of the pair's first view in the plan.</param>
    /// <param name="second">Index of its second view.</param>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Too few pairs, an image without pixels, or views that the plan does not have.</exception>
    /// <exception cref="ArgumentException">One of the views has no crop.</exception>
    public static PairStatistics Sample(ViewPlan plan, ImageSize image, int pairs = DefaultPairs, int first = 0, int second = 1, long epoch = 0)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (pairs < 2)
            throw Setting.OutOfRange(nameof(pairs), pairs, "at least 2");
        if (image.Width < 1 || image.Height < 1)
            throw Setting.OutOfRange(nameof(image), image, "at least 1x1");
        if (epoch < 0)
            throw Setting.OutOfRange(nameof(epoch), epoch, "at least 0, the first pass over the data");
        foreach ((string name, int view) in ((string, int)[])[(nameof(first), first), (nameof(second), second)])
        {
            if (view < 0 || view >= plan.ViewNames.Length || (name == nameof(second) && view == first))
                throw Setting.OutOfRange(name, view, $"an index of the plan's {plan.ViewNames.Length} views, {nameof(first)} and {nameof(second)} different");
            if (!plan.Steps.Any(s => s.Step.Stage == RecipeStage.Crop && s.Views.Contains(view)))
                throw new ArgumentException($"The plan has no crop for the view '{plan.ViewNames[view]}'.", nameof(plan));
        }

        var recipes = new ViewRecipe[plan.ViewNames.Length];
        var drawn = new (ViewRecipe, ViewRecipe)[pairs];
        for (int row = 0; row < pairs; row++)
        {
            plan.Sample(plan.KeyOf(epoch, (ulong)row), image, recipes);
            drawn[row] = (recipes[first], recipes[second]);
        }

        return new PairStatistics(plan, first, second, drawn);
    }

    /// <summary>A quantity of every pair that has it, in the order of the draws.</summary>
    /// <param name="quantity">The quantity.</param>
    /// <returns>At most as many values as there are pairs: colours and blur are compared where both views have them.</returns>
    public double[] Values(PairQuantity quantity)
    {
        if (Setting.Defined(quantity) == PairQuantity.LogRatio)
            throw Setting.OutOfRange(nameof(quantity), quantity, "any other quantity; for a parameter of your own call the overload that takes it");
        return [.. _pairs.Where(p => Has(quantity, p.First) && Has(quantity, p.Second)).Select(p => Value(quantity, p.First, p.Second))];
    }

    /// <summary>Counts a quantity, with its closed form where there is one.</summary>
    /// <param name="quantity">The quantity.</param>
    /// <param name="bins">Number of bins of equal width, 2 to 10000, even so that a ratio of 1 lies on an edge.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of bins out of range.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two pairs have the quantity, for example because the plan never blurs.</exception>
    public PairHistogram Histogram(PairQuantity quantity, int bins = PairHistogram.DefaultBins)
    {
        CheckBins(bins);
        return Count(quantity, Values(quantity), PairTheory.Of(_plan, quantity, _first, _second), bins);
    }

    /// <summary>Counts the log ratio of a parameter of your own, beside the law that it should follow.</summary>
    /// <param name="parameter">The positive parameter of a view; views where it is 0 or less do not have it.</param>
    /// <param name="distribution">The joint distribution that the parameter is drawn from.</param>
    /// <param name="bins">Number of bins of equal width, 2 to 10000, even so that a ratio of 1 lies on an edge.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of bins out of range.</exception>
    /// <exception cref="InvalidOperationException">Fewer than two pairs have the parameter.</exception>
    public PairHistogram Histogram(Func<ViewRecipe, double> parameter, JointDistribution distribution, int bins = PairHistogram.DefaultBins)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(distribution);
        CheckBins(bins);
        IEnumerable<(double First, double Second)> both = _pairs.Select(p => (parameter(p.First), parameter(p.Second))).Where(p => p is { Item1: > 0, Item2: > 0 });
        PairTheory? theory = distribution.Law is FixedRatioLaw ? null : new PairTheory(distribution.Law, distribution.Bound);
        return Count(PairQuantity.LogRatio, [.. both.Select(p => Math.Log(p.Second / p.First))], theory, bins);
    }

    private static void CheckBins(int bins)
    {
        if (bins is < 2 or > 10_000 || bins % 2 != 0)
            throw Setting.OutOfRange(nameof(bins), bins, "an even number from 2 to 10000");
    }

    private PairHistogram Count(PairQuantity quantity, double[] values, PairTheory? theory, int bins) => values.Length >= 2
        ? new PairHistogram(quantity, values, theory, bins)
        : throw new InvalidOperationException($"{values.Length} of {_pairs.Length} pairs have a {quantity}: the plan has no step for it, or its probability is too small.");

    private static bool Has(PairQuantity quantity, in ViewRecipe view) => quantity switch
    {
        PairQuantity.LogSigmaRatio => view.BlurSigma > 0,
        PairQuantity.LogBrightnessRatio => view.HasColor && view.Brightness > 0,
        PairQuantity.LogContrastRatio => view.HasColor && view.Contrast > 0,
        PairQuantity.LogSaturationRatio => view.HasColor && view.Saturation > 0,
        _ => true,
    };

    private static double Value(PairQuantity quantity, in ViewRecipe a, in ViewRecipe b) => quantity switch
    {
        PairQuantity.LogAreaRatio => Math.Log((double)b.Scale / a.Scale),
        PairQuantity.LogSigmaRatio => Math.Log((double)b.BlurSigma / a.BlurSigma),
        PairQuantity.LogBrightnessRatio => Math.Log((double)b.Brightness / a.Brightness),
        PairQuantity.LogContrastRatio => Math.Log((double)b.Contrast / a.Contrast),
        PairQuantity.LogSaturationRatio => Math.Log((double)b.Saturation / a.Saturation),
        PairQuantity.CentreDistance => double.Hypot(b.CropX - a.CropX + ((b.CropWidth - a.CropWidth) / 2.0), b.CropY - a.CropY + ((b.CropHeight - a.CropHeight) / 2.0)),
        _ => Overlap(a, b),
    };

    private static double Overlap(in ViewRecipe a, in ViewRecipe b)
    {
        double width = Math.Min(a.CropX + a.CropWidth, b.CropX + b.CropWidth) - Math.Max(a.CropX, b.CropX);
        double height = Math.Min(a.CropY + a.CropHeight, b.CropY + b.CropHeight) - Math.Max(a.CropY, b.CropY);
        double common = Math.Max(0, width) * Math.Max(0, height);
        return common / (((double)a.CropWidth * a.CropHeight) + ((double)b.CropWidth * b.CropHeight) - common);
    }
}
