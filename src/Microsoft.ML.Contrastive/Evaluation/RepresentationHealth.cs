using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// Whether features still tell images apart, without any label: their spread, the number of dimensions in use, and how evenly they fill the sphere.
/// </summary>
/// <remarks>
/// Collapse shows here long before an accuracy does: <see cref="RelativeStandardDeviation"/> falls towards 0 when all images get the same features,
/// the ranks fall towards 1 when they differ along a few directions only ("dimensional collapse").
/// </remarks>
public sealed record RepresentationHealth
{
    /// <summary>RankMe's ε, which keeps the logarithm finite (Garrido et al. 2023, section 3.1).</summary>
    private const double RankMeEpsilon = 1e-7;

    /// <summary>Pairs of rows whose similarities are held at a time: 64 MiB of doubles.</summary>
    private const long PairsAtATime = 8L * 1024 * 1024;

    private RepresentationHealth()
    {
    }

    /// <summary>Number of rows n that were measured.</summary>
    public required int RowCount { get; init; }

    /// <summary>Number of features d of a row.</summary>
    public required int Dimension { get; init; }

    /// <summary>Standard deviation (over the rows, divided by n) of every feature of the normalised rows, d values.</summary>
    public required double[] StandardDeviationPerDimension { get; init; }

    /// <summary>
    /// Mean of <see cref="StandardDeviationPerDimension"/>: 0 for collapsed features, about 1/√d for rows spread evenly over the sphere (Chen and He,
    /// "Exploring Simple Siamese Representation Learning", CVPR 2021, section 4.1).
    /// </summary>
    public double StandardDeviation => StandardDeviationPerDimension.Average();

    /// <summary><see cref="StandardDeviation"/> divided by 1/√d: 0 for collapsed features, about 1 for evenly spread ones, comparable between encoders.</summary>
    public double RelativeStandardDeviation => StandardDeviation * Math.Sqrt(Dimension);

    /// <summary>
    /// RankMe, from 1 to min(n, d): exp of the entropy of p = s/Σs + 1e-7, with s the singular values of the features as they are (Garrido et al., "RankMe",
    /// ICML 2023, equation 1).
    /// </summary>
    public required double RankMe { get; init; }

    /// <summary>Effective rank, from 1 to min(n, d): as <see cref="RankMe"/> without its 1e-7 (Roy and Vetterli, "The effective rank", EUSIPCO 2007).</summary>
    public required double EffectiveRank { get; init; }

    /// <summary><see cref="EffectiveRank"/> of the features less their mean, so that a common offset does not count as a dimension.</summary>
    public required double CentredEffectiveRank { get; init; }

    /// <summary>
    /// exp of the entropy of the covariance's eigenvalues (the squared singular values of the centred features): smaller than
    /// <see cref="CentredEffectiveRank"/>, since large directions weigh more.
    /// </summary>
    public required double CovarianceEffectiveRank { get; init; }

    /// <summary><see cref="RankMe"/> of the normalised rows.</summary>
    public required double NormalisedRankMe { get; init; }

    /// <summary>
    /// Uniformity, log of the mean over pairs of different rows of exp(−2‖x−y‖²), rows normalised: 0 for collapsed features, towards −4 for rows spread
    /// evenly over a sphere of many dimensions (Wang and Isola, "Understanding Contrastive Representation Learning", ICML 2020, section 4.1, t = 2).
    /// </summary>
    public required double Uniformity { get; init; }

    /// <summary>Mean cosine of different rows: 1 for collapsed features, about 0 for evenly spread ones.</summary>
    public required double MeanCosine { get; init; }

    /// <summary>Measures a feature matrix, in double precision.</summary>
    /// <param name="features">
    /// n × d values row by row, at least two rows. Uniformity costs n²·d operations and the ranks n·d·min(n, d): a sample of a few thousand rows is
    /// enough, and several times d rows if the ranks are to say something about the encoder rather than about the sample.
    /// </param>
    /// <param name="dimension">Number of features d of a row.</param>
    /// <exception cref="ArgumentException">There are fewer than two rows, the values are no multiple of d, or one is not finite.</exception>
    public static RepresentationHealth Measure(float[] features, int dimension)
    {
        var rowCount = FeatureRows.Count(features, dimension, nameof(features));
        if (rowCount < 2)
            throw new ArgumentException("One row has no spread: pass the features of at least two.", nameof(features));

        TorchRuntime.EnsureLoaded();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var raw = FeatureRows.ToTensor(features, dimension, float64, CPU);
        var normalised = FeatureRows.Normalise(raw);
        var deviations = normalised - normalised.mean([0], keepdim: true);

        var singular = SingularValues(raw);
        var centredSingular = SingularValues(raw - raw.mean([0], keepdim: true));
        return new RepresentationHealth
        {
            RowCount = rowCount,
            Dimension = dimension,
            StandardDeviationPerDimension = deviations.square().mean([0]).sqrt().data<double>().ToArray(),
            RankMe = ExponentialEntropy(singular, RankMeEpsilon),
            EffectiveRank = ExponentialEntropy(singular),
            CentredEffectiveRank = ExponentialEntropy(centredSingular),
            CovarianceEffectiveRank = ExponentialEntropy([.. centredSingular.Select(s => s * s)]),
            NormalisedRankMe = ExponentialEntropy(SingularValues(normalised), RankMeEpsilon),
            Uniformity = MeasureUniformity(normalised, rowCount),
            MeanCosine = (normalised.sum([0L]).square().sum() - normalised.square().sum()).item<double>() / ((double)rowCount * (rowCount - 1)),
        };
    }

    private static double MeasureUniformity(Tensor normalised, int rowCount)
    {
        var squaredNorms = normalised.square().sum([1L]);
        var blockRows = (int)Math.Clamp(PairsAtATime / rowCount, 1, rowCount);
        var sum = 0.0;
        for (var start = 0; start < rowCount; start += blockRows)
        {
            using var blockScope = NewDisposeScope();
            var length = Math.Min(blockRows, rowCount - start);
            var distances = squaredNorms.narrow(0, start, length).unsqueeze(1) + squaredNorms - (2 * normalised.narrow(0, start, length).matmul(normalised.t()));
            var potentials = distances.clamp_min_(0).mul_(-2).exp_();
            potentials.diagonal(offset: start).zero_(); // A row is no pair with itself.
            sum += potentials.sum().item<double>();
        }

        return Math.Log(sum / ((double)rowCount * (rowCount - 1)));
    }

    /// <summary>
    /// Square roots of the eigenvalues of the smaller Gram matrix: many times cheaper than a singular value decomposition of the tall matrix. It resolves
    /// singular values down to 1e-8 of the largest, and float features carry nothing below that.
    /// </summary>
    private static double[] SingularValues(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var gram = rows.shape[0] < rows.shape[1] ? rows.matmul(rows.t()) : rows.t().matmul(rows);
        return linalg.eigvalsh(gram).clamp_min(0).sqrt().data<double>().ToArray();
    }

    /// <summary>exp(−Σ p log p) of p = values/Σvalues + ε; 0 where there is nothing but zeros.</summary>
    private static double ExponentialEntropy(double[] values, double epsilon = 0)
    {
        var sum = values.Sum();
        if (sum == 0)
            return 0;
        var entropy = 0.0;
        foreach (var value in values)
        {
            var p = (value / sum) + epsilon;
            entropy -= p > 0 ? p * Math.Log(p) : 0;
        }

        return Math.Exp(entropy);
    }
}
