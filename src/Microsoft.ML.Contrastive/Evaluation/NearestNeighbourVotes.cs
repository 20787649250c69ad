namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>What the nearest neighbours of some rows voted for.</summary>
public sealed class NearestNeighbourVotes
{
    internal NearestNeighbourVotes(double[] votes, int classCount) => (Votes, ClassCount) = (votes, classCount);

    /// <summary>Number of classes C.</summary>
    public int ClassCount { get; }

    /// <summary>Number of rows m that were voted on.</summary>
    public int RowCount => Votes.Length / ClassCount;

    /// <summary>Sum of the votes exp(cos / T) for each class, m × C values row by row; 0 for a class that none of the neighbours belongs to.</summary>
    public double[] Votes { get; }

    /// <summary>The class with the most votes for each of the m rows; of equal ones the smallest.</summary>
    public int[] PredictedLabels()
    {
        var predicted = new int[RowCount];
        for (var row = 0; row < predicted.Length; row++)
        {
            var votes = Votes.AsSpan(row * ClassCount, ClassCount);
            for (var label = 1; label < ClassCount; label++)
            {
                if (votes[label] > votes[predicted[row]])
                    predicted[row] = label;
            }
        }

        return predicted;
    }

    /// <summary>The part of the rows, from 0 to 1, whose class is among the <paramref name="top"/> with the most votes.</summary>
    /// <param name="labels">True class index of each of the m rows; one that the bank does not know counts as wrong.</param>
    /// <param name="top">
    /// How many classes may be named, at least 1. A class without any vote is never named. <value>The default value is 1.</value>
    /// </param>
    /// <exception cref="ArgumentException">The number of labels is not m.</exception>
    public double Accuracy(int[] labels, int top = 1)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (labels.Length != RowCount)
            throw new ArgumentException($"{labels.Length} labels for {RowCount} rows: every row needs its label.", nameof(labels));

        var right = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            var votes = Votes.AsSpan(row * ClassCount, ClassCount);
            if ((uint)labels[row] < (uint)ClassCount && votes[labels[row]] > 0 && TopKAccuracy.Rank(votes, labels[row]) < top)
                right++;
        }

        return (double)right / labels.Length;
    }
}
