using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>One positive pair and how alike an encoder finds its two views.</summary>
/// <param name="Row">Position of the image in the data, from 0.</param>
/// <param name="Epoch">The epoch whose pair it is, from 0.</param>
/// <param name="First">How the first view was made.</param>
/// <param name="Second">How the second view was made.</param>
/// <param name="Cosine">Cosine of the two feature vectors, −1 to 1: higher is easier.</param>
public sealed record PairDifficulty(long Row, long Epoch, ViewRecipe First, ViewRecipe Second, double Cosine)
{
    /// <summary>Larger area / smaller area, at least 1, of the real-valued areas that the law is about.</summary>
    public double AreaRatio => (double)Math.Max(First.Scale, Second.Scale) / Math.Min(First.Scale, Second.Scale);
}

/// <summary>
/// Statistical difficulty (SDF, JointCrop paper, AAAI-25) of a way to make positive pairs: the mean cosine similarity of the pairs over a data set, between
/// the pooled features of a given trained encoder in evaluation mode. <em>Higher means easier.</em>
/// </summary>
/// <remarks>
/// Compare values under one encoder on one data set only: another encoder has another scale, and a collapsed one finds everything easy (read it together with
/// <see cref="RepresentationHealth"/>). Pairs of one image are not independent of one another, so the standard error counts images, not pairs.
/// </remarks>
public sealed class StatisticalDifficulty
{
    private readonly double[] _imageMeans;

    internal StatisticalDifficulty(ViewPlan plan, IReadOnlyList<PairDifficulty> pairs)
    {
        Plan = plan;
        Pairs = pairs;
        _imageMeans = [.. pairs.GroupBy(p => p.Row).OrderBy(g => g.Key).Select(g => g.Average(p => p.Cosine))];
        (MeanCosine, StandardError) = MeanOfImages(_imageMeans);
    }

    /// <summary>How the pairs were made.</summary>
    public ViewPlan Plan { get; }

    /// <summary>Every pair, image by image.</summary>
    public IReadOnlyList<PairDifficulty> Pairs { get; }

    /// <summary>Number of images.</summary>
    public int ImageCount => _imageMeans.Length;

    /// <summary>Mean cosine of the pairs, −1 to 1: the statistical difficulty. Higher means easier.</summary>
    public double MeanCosine { get; }

    /// <summary>Standard error of <see cref="MeanCosine"/> as an estimate for all images that the data are a sample of, clustered by image.</summary>
    public double StandardError { get; }

    /// <summary>How much higher this is than another measurement on the same images, and the standard error of that difference.</summary>
    /// <param name="other">A measurement of another plan with the same encoder, data and options.</param>
    /// <returns>
    /// The difference, and its standard error from the differences image by image: much smaller than the two errors would suggest, as both saw the same images and,
    /// given the same seed, the same random numbers.
    /// </returns>
    /// <exception cref="ArgumentException">The other was measured on other images.</exception>
    public (double Difference, double StandardError) Minus(StatisticalDifficulty other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Pairs.Select(p => (p.Row, p.Epoch)).SequenceEqual(other.Pairs.Select(p => (p.Row, p.Epoch))))
            throw new ArgumentException("The two were not measured on the same images and epochs, so there is no difference image by image.", nameof(other));
        return MeanOfImages([.. _imageMeans.Zip(other._imageMeans, (a, b) => a - b)]);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{MeanCosine:0.0000} ± {StandardError:0.0000} (mean cosine ± standard error, {ImageCount} images, {Pairs.Count} pairs)");

    private static (double Mean, double StandardError) MeanOfImages(double[] values)
    {
        double mean = values.Average(), squares = values.Sum(v => (v - mean) * (v - mean));
        return (mean, Math.Sqrt(squares / (values.Length - 1.0) / values.Length));
    }
}
