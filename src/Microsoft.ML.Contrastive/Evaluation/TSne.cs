namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// t-SNE: rows of many features as points of a plane, so that rows that are near one another stay so. Exact: every pair counts, which takes n² operations a step.
/// </summary>
/// <remarks>
/// van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 2008: joint probabilities by equations 1 and section 3.1, the gradient by equation 5, momentum and gains as in
/// sections 3.4; the learning rate max(n / (4·exaggeration), 50) follows Belkina et al., Nature Communications 2019. Distances are Euclidean: divide rows by their norm where the cosine is
/// meant. Distances between clusters and the sizes of clusters in the map mean little. Equal input gives an equal map on one machine.
/// </remarks>
/// <example><code>
/// TSneMap map = TSne.Map(features, dimension: 512);
/// (float x, float y) = (map.Points[2 * row], map.Points[2 * row + 1]);
/// </code></example>
public static class TSne
{
    /// <summary>Most rows: time and memory grow with their square, to 128 MiB here.</summary>
    public const int MaximumRows = 4096;

    /// <summary>Deviation of the first map's points (van der Maaten and Hinton 2008, section 3.4, has the variance 1e-4).</summary>
    private const double StartDeviation = 1e-2;

    private const int ExaggeratedIterations = 250;

    /// <summary>Maps rows to a plane.</summary>
    /// <param name="features">n × d values row by row, at least four rows and at most <see cref="MaximumRows"/>.</param>
    /// <param name="dimension">Number of features d of a row.</param>
    /// <param name="options">Perplexity, steps, seed; the defaults when null.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="ArgumentException">Too few rows or too many, values that are no multiple of d, one that is not finite, or a first map of another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TSneMap Map(float[] features, int dimension, TSneOptions? options = null, CancellationToken cancellationToken = default)
    {
        const int FewestRows = 4;
        options ??= new TSneOptions();
        int rows = FeatureRows.Count(features, dimension, nameof(features));
        if (rows is < FewestRows or > MaximumRows)
            throw new ArgumentException($"There are {rows} rows; a map takes {FewestRows} to {MaximumRows}. Pass a sample.", nameof(features));
        options.Validate();
        if (options.Start is { } start && (start.Length != 2 * rows || !start.All(float.IsFinite)))
            throw new ArgumentException($"{nameof(TSneOptions.Start)} has {start.Length} values; {rows} rows need two each, all finite.", nameof(options));

        double perplexity = Math.Min(options.Perplexity, Math.Max((rows - 1) / 3.0, 1 + 1e-3));
        var descent = new TSneDescent(TSneProbabilities.Of(features, dimension, perplexity, cancellationToken), FirstMap(options, rows), Math.Max(rows / (4 * options.EarlyExaggeration), 50));
        int exaggerated = Math.Min(ExaggeratedIterations, options.Iterations / 3);
        for (int i = 0; i < options.Iterations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            const double EarlyMomentum = 0.5, Momentum = 0.8;
            descent.Step(i < exaggerated ? options.EarlyExaggeration : 1, i < exaggerated ? EarlyMomentum : Momentum);
        }

        return new TSneMap(descent.Points(), perplexity, descent.Divergence());
    }

    private static double[] FirstMap(TSneOptions options, int rows)
    {
        double[] points = new double[2 * rows];
        if (options.Start is { } start)
        {
            double[] mean = [.. Enumerable.Range(0, 2).Select(axis => Enumerable.Range(0, rows).Average(row => (double)start[(2 * row) + axis]))];
            double deviation = Math.Sqrt(Enumerable.Range(0, rows).Average(row => Math.Pow(start[2 * row] - mean[0], 2)));
            for (int i = 0; i < points.Length; i++)
                points[i] = deviation > 0 ? (start[i] - mean[i % 2]) / deviation * StartDeviation : 0;
        }

        // Points that coincide would never part: the gradient between them is 0. A first map is left as it is otherwise.
        var random = new Random(options.Seed);
        for (int i = 0; i < points.Length; i++)
        {
            double gaussian = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
            points[i] += gaussian * (options.Start is null ? StartDeviation : StartDeviation * 1e-4);
        }

        return points;
    }
}

/// <summary>Rows as points of a plane.</summary>
/// <param name="Points">n × 2 values row by row; centred on 0, the scale has no unit.</param>
/// <param name="Perplexity">The perplexity that was taken.</param>
/// <param name="Divergence">
/// Kullback-Leibler divergence of the map's probabilities from those of the rows, in nats, at least 0: smaller is more faithful. It compares maps of the same rows and perplexity only.
/// </param>
public sealed record TSneMap(float[] Points, double Perplexity, double Divergence);
