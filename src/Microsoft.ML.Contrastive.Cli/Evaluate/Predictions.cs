using System.Numerics;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>What a classifier names for a test image.</summary>
/// <param name="Named">Index of the class with the highest score.</param>
/// <param name="Rank">How many classes come before the true one; past all of them for a class that the classifier does not know.</param>
internal readonly record struct Prediction(int Named, int Rank);

/// <summary>Predictions from scores.</summary>
internal static class Predictions
{
    /// <summary>The prediction of each row.</summary>
    /// <param name="scores">n × C values, row by row.</param>
    /// <param name="labels">True class index of each row; one from C on is not known to the classifier.</param>
    public static Prediction[] Of<T>(T[] scores, int[] labels)
        where T : IFloatingPoint<T>
    {
        int classes = scores.Length / labels.Length;
        return [.. labels.Select((label, row) =>
        {
            ReadOnlySpan<T> own = scores.AsSpan(row * classes, classes);
            int named = 0;
            for (int i = 1; i < classes; i++)
            {
                if (own[i] > own[named])
                    named = i;
            }

            return new Prediction(named, label < classes ? TopKAccuracy.Rank(own, label) : int.MaxValue);
        })];
    }
}
