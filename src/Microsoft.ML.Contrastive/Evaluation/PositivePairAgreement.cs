namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>How alike an encoder finds the two views of the same images.</summary>
/// <remarks>
/// Read together with <see cref="RepresentationHealth"/>: a collapsed encoder finds all views alike. Over the pairs that a view plan makes, with a given
/// trained encoder, <see cref="MeanCosine"/> is the plan's statistical difficulty: higher means easier; not comparable across encoders.
/// </remarks>
/// <param name="PairCount">Number of pairs n.</param>
/// <param name="MeanCosine">Mean cosine of the pairs, from −1 to 1.</param>
/// <param name="Alignment">
/// Mean squared distance of the normalised pairs, from 0 to 4 (Wang and Isola, "Understanding Contrastive Representation Learning", ICML 2020, section 4.1,
/// α = 2). It equals 2 − 2 × <paramref name="MeanCosine"/>.
/// </param>
/// <param name="MeanDistance">Mean distance of the normalised pairs, from 0 to 2 (the same with α = 1).</param>
public sealed record PositivePairAgreement(int PairCount, double MeanCosine, double Alignment, double MeanDistance)
{
    /// <summary>Measures pairs row by row, in double precision.</summary>
    /// <param name="first">Features of the first views, n × d values row by row.</param>
    /// <param name="second">Features of the second views of the same images in the same order, n × d values.</param>
    /// <param name="dimension">Number of features d of a row.</param>
    /// <exception cref="ArgumentException">The two differ in length, are no multiple of d, or hold a value that is not finite.</exception>
    public static PositivePairAgreement Measure(float[] first, float[] second, int dimension)
    {
        var pairs = FeatureRows.Count(first, dimension, nameof(first));
        if (FeatureRows.Count(second, dimension, nameof(second)) != pairs)
            throw new ArgumentException($"{pairs} first and {second.Length / dimension} second views: a pair has one of each.", nameof(second));

        var (cosines, squares, distances) = (0.0, 0.0, 0.0);
        for (var pair = 0; pair < pairs; pair++)
        {
            var a = first.AsSpan(pair * dimension, dimension);
            var b = second.AsSpan(pair * dimension, dimension);
            var (normA, normB) = (FeatureRows.Norm(a), FeatureRows.Norm(b));
            var (cosine, square) = (0.0, 0.0);
            for (var i = 0; i < dimension; i++)
            {
                var (x, y) = (a[i] / normA, b[i] / normB);
                cosine += x * y;
                square += (x - y) * (x - y);
            }

            cosines += cosine;
            squares += square;
            distances += Math.Sqrt(square);
        }

        return new PositivePairAgreement(pairs, cosines / pairs, squares / pairs, distances / pairs);
    }
}
