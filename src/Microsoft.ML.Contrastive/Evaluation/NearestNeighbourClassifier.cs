using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// Weighted nearest-neighbour classification of features: the measure of an encoder that trains nothing and has next to nothing to tune.
/// </summary>
/// <remarks>
/// Every query asks its <c>k</c> most similar labelled rows (cosine similarity <c>cos</c>), and each votes for its own class with weight
/// <c>exp(cos / T)</c>. Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR 2018, section 3.4; k = 200 and
/// T = 0.07 as there and in DINO. Equal votes go to the smaller class index. Memory stays bounded for any number of queries.
/// </remarks>
/// <example><code>
/// var neighbours = new NearestNeighbourClassifier(trainFeatures, trainLabels);
/// double accuracy = neighbours.Classify(testFeatures).Accuracy(testLabels);
/// </code></example>
public sealed class NearestNeighbourClassifier
{
    /// <summary>Neighbours that vote unless said otherwise (Wu et al. 2018, section 4.1).</summary>
    public const int DefaultNeighbours = 200;

    /// <summary>Temperature of the votes unless said otherwise (Wu et al. 2018, section 3.4).</summary>
    public const double DefaultTemperature = 0.07;

    /// <summary>A vote weighs up to exp(1/T); below this temperature the sum of the votes would leave the range of a double.</summary>
    private const double LowestTemperature = 0.002;

    /// <summary>Similarities held at a time: 64 MiB of them.</summary>
    private const long SimilaritiesAtATime = 16L * 1024 * 1024;

    private readonly float[] _bank;
    private readonly int[] _labels;
    private readonly Device? _device;

    /// <summary>Keeps the labelled rows that are asked.</summary>
    /// <param name="bank">Features of the labelled rows, n × d values row by row; normalised here, not by the caller.</param>
    /// <param name="labels">Class index of each row, n values from 0.</param>
    /// <param name="neighbours">
    /// Neighbours that vote, at least 1; a bank with fewer rows lets all of them vote. <value>The default value is 200.</value>
    /// </param>
    /// <param name="temperature">
    /// Temperature T of the votes, at least 0.002: the smaller, the more the nearest of the neighbours decide. <value>The default value is 0.07.</value>
    /// </param>
    /// <param name="classCount">Number of classes. <value>The default value is one more than the largest label.</value></param>
    /// <param name="device">Where similarities are computed. <value>The default value is the CPU.</value></param>
    /// <exception cref="ArgumentException">Rows and labels do not fit each other, a feature is not finite, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="neighbours"/> or <paramref name="temperature"/> is out of range.</exception>
    public NearestNeighbourClassifier(
        float[] bank, int[] labels, int neighbours = DefaultNeighbours, double temperature = DefaultTemperature, int? classCount = null, Device? device = null)
    {
        Dimension = FeatureRows.Dimension(bank, labels, nameof(bank), nameof(labels));
        ClassCount = FeatureRows.ClassCount(labels, classCount, nameof(labels));
        Validate(neighbours, temperature);
        (_bank, _labels, _device) = (bank, labels, device);
        (Neighbours, Temperature) = (Math.Min(neighbours, labels.Length), temperature);
    }

    /// <summary>Number of features d of a row.</summary>
    public int Dimension { get; }

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Neighbours that vote: no more than the bank has rows.</summary>
    public int Neighbours { get; }

    /// <summary>Temperature of the votes.</summary>
    public double Temperature { get; }

    /// <summary>Lets the bank vote on every query.</summary>
    /// <param name="queries">Features, m × d values row by row.</param>
    /// <returns>The votes of m rows.</returns>
    /// <exception cref="ArgumentException">The rows do not have d features each, or a feature is not finite.</exception>
    public NearestNeighbourVotes Classify(float[] queries)
    {
        _ = FeatureRows.Count(queries, Dimension, nameof(queries));
        return Vote(queries, Neighbours, leaveOneOut: false);
    }

    /// <summary>Lets every row of the bank be voted on by all the others: a measure where there is no second labelled set.</summary>
    /// <returns>The votes on the n rows of the bank, in its order.</returns>
    /// <exception cref="InvalidOperationException">The bank has one row only.</exception>
    public NearestNeighbourVotes ClassifyLeavingOneOut()
    {
        if (_labels.Length < 2)
            throw new InvalidOperationException("The bank has one row: nobody is left to vote on it. Give it at least two.");
        return Vote(_bank, Math.Min(Neighbours, _labels.Length - 1), leaveOneOut: true);
    }

    /// <summary>Throws when a setting is out of its range.</summary>
    internal static void Validate(int neighbours, double temperature)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        if (!(temperature >= LowestTemperature) || double.IsInfinity(temperature))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"The temperature must be finite and at least {LowestTemperature}.");
    }

    private NearestNeighbourVotes Vote(float[] queries, int neighbours, bool leaveOneOut)
    {
        TorchRuntime.EnsureLoaded();
        var device = _device ?? CPU;
        var queryCount = queries.Length / Dimension;
        var votes = new double[checked(queryCount * ClassCount)];

        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var bank = FeatureRows.Normalise(FeatureRows.ToTensor(_bank, Dimension, float32, device)).t();

        var blockRows = (int)Math.Clamp(SimilaritiesAtATime / _labels.Length, 1, queryCount);
        for (var start = 0; start < queryCount; start += blockRows)
        {
            using var blockScope = NewDisposeScope();
            var rows = Math.Min(blockRows, queryCount - start);
            var block = queries.AsSpan(start * Dimension, rows * Dimension).ToArray();
            var similarities = FeatureRows.Normalise(FeatureRows.ToTensor(block, Dimension, float32, device)).matmul(bank);
            if (leaveOneOut)
                similarities.diagonal(offset: start).fill_(double.NegativeInfinity);

            var (nearest, who) = similarities.topk(neighbours, dim: 1);
            var cosines = nearest.cpu().data<float>().ToArray();
            var neighbourRows = who.cpu().data<long>().ToArray();
            for (var row = 0; row < rows; row++)
            {
                var rowVotes = votes.AsSpan((start + row) * ClassCount, ClassCount);
                for (var i = row * neighbours; i < (row + 1) * neighbours; i++)
                    rowVotes[_labels[neighbourRows[i]]] += Math.Exp(cosines[i] / Temperature);
            }
        }

        return new NearestNeighbourVotes(votes, ClassCount);
    }
}
