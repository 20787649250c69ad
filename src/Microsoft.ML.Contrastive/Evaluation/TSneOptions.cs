namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Settings of <see cref="TSne"/>.</summary>
public sealed record TSneOptions
{
    internal const double LowestPerplexity = 1;

    /// <summary>
    /// How many neighbours a row is drawn towards, smoothly counted: more than 1 and at most a third of the other rows; where there are fewer rows, that third is taken. Structure of fewer
    /// rows than that is drawn together, structure of many more tends to fall apart.
    /// </summary>
    /// <value>The default value is 30.</value>
    public double Perplexity { get; init; } = 30;

    /// <summary>Steps of the descent, at least 1. In the first 250 of them (a third where there are fewer than 750) <see cref="EarlyExaggeration"/> holds.</summary>
    /// <value>The default value is 750.</value>
    public int Iterations { get; init; } = 750;

    /// <summary>Factor of the attraction in the first steps, at least 1, which lets clusters form before they are spread.</summary>
    /// <value>The default value is 12 (van der Maaten, JMLR 2014, section 4.2).</value>
    public double EarlyExaggeration { get; init; } = 12;

    /// <summary>Seed of the first map. It has no effect with <see cref="Start"/>.</summary>
    /// <value>The default value is 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The first map, n × 2 values row by row, at whatever scale: principal components let the map keep more of the global structure than random points do (Kobak and Berens,
    /// "The art of using t-SNE for single-cell transcriptomics", Nature Communications 2019).
    /// </summary>
    /// <value>The default value is <see langword="null"/>: random points.</value>
    public float[]? Start { get; init; }

    /// <summary>Throws for values out of range.</summary>
    internal void Validate()
    {
        if (!(Perplexity > LowestPerplexity) || !double.IsFinite(Perplexity))
            throw new ArgumentOutOfRangeException(nameof(Perplexity), Perplexity, $"{nameof(Perplexity)} is {Perplexity}; it must be finite and greater than {LowestPerplexity}.");
        if (!(EarlyExaggeration >= 1) || !double.IsFinite(EarlyExaggeration))
            throw new ArgumentOutOfRangeException(nameof(EarlyExaggeration), EarlyExaggeration, $"{nameof(EarlyExaggeration)} is {EarlyExaggeration}; it must be finite and at least 1.");
        if (Iterations < 1)
            throw new ArgumentOutOfRangeException(nameof(Iterations), Iterations, $"{nameof(Iterations)} is {Iterations}; it must be at least 1.");
    }
}
