using System.Numerics;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Top-k accuracy of class scores.</summary>
public static class TopKAccuracy
{
    /// <summary>The part of the rows, from 0 to 1, whose true class is among the <paramref name="k"/> with the highest scores.</summary>
    /// <param name="scores">Any scores that grow with confidence (logits, probabilities), n × C values row by row. Of equal ones the smaller class index is first.</param>
    /// <param name="labels">True class index of each row, n values from 0 to C − 1.</param>
    /// <param name="k">How many classes may be named, at least 1; with C or more every row is right. <value>The default value is 1.</value></param>
    /// <exception cref="ArgumentException">Scores and labels do not fit each other, or a label is out of range.</exception>
    public static double Measure(ReadOnlySpan<float> scores, ReadOnlySpan<int> labels, int k = 1) => Measure<float>(scores, labels, k);

    /// <inheritdoc cref="Measure(ReadOnlySpan{float}, ReadOnlySpan{int}, int)"/>
    public static double Measure(ReadOnlySpan<double> scores, ReadOnlySpan<int> labels, int k = 1) => Measure<double>(scores, labels, k);

    /// <summary>How many classes come before <paramref name="label"/>. A NaN comes after everything, so that a diverged classifier is never right by accident.</summary>
    internal static int Rank<T>(ReadOnlySpan<T> scores, int label)
        where T : IFloatingPoint<T>
    {
        var own = scores[label];
        if (T.IsNaN(own))
            return int.MaxValue;
        var rank = 0;
        for (var other = 0; other < scores.Length; other++)
        {
            if (scores[other] > own || (scores[other] == own && other < label))
                rank++;
        }

        return rank;
    }

    private static double Measure<T>(ReadOnlySpan<T> scores, ReadOnlySpan<int> labels, int k)
        where T : IFloatingPoint<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (labels.IsEmpty || scores.IsEmpty || scores.Length % labels.Length != 0)
            throw new ArgumentException($"{scores.Length} scores for {labels.Length} labels: every label needs a row of scores, one for each class.", nameof(scores));

        var classCount = scores.Length / labels.Length;
        var right = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            if ((uint)labels[row] >= (uint)classCount)
                throw new ArgumentException($"The label of row {row} is {labels[row]}; with {classCount} scores a row it must lie from 0 to {classCount - 1}.", nameof(labels));
            if (Rank(scores.Slice(row * classCount, classCount), labels[row]) < k)
                right++;
        }

        return (double)right / labels.Length;
    }
}
