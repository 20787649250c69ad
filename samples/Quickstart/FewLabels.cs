using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Quickstart;

/// <summary>An image's features and the name of its class.</summary>
internal sealed class LabelledFeatures
{
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";
}

/// <summary>Accuracy on the test images over several draws of the labelled ones, in percent: mean and standard deviation.</summary>
internal readonly record struct Accuracy(double Mean, double Deviation);

/// <summary>How well ML.NET's linear classifier does on features when only a few images of each class have a label.</summary>
internal sealed class FewLabels
{
    // On the sum of the losses, per feature: standardised features have a squared length of as many as they are, so that a strength in
    // proportion shrinks 3,888 pixels and 256 outputs of an encoder alike. Pixels do best around this value, with 10 and with 100 labels a
    // class alike; with ML.NET's default (L2 = 1) they lose 4 points with 100. L1 (default 1) is off: it only slows the optimiser here.
    private const float L2PerFeature = 0.1f;

    // A loss this near its minimum moves the accuracy by far less than the draw of the labels does; the default of 1e-7 takes longer.
    private const float Tolerance = 1e-4f;

    private readonly IReadOnlyList<int> _labelCounts;
    private readonly int _seed;

    // For each draw and class: positions in Labelled, in random order, as many as the largest number of labels. Fewer labels are the first
    // of them, so that a draw only grows.
    private readonly int[][][] _drawn;

    /// <summary>Draws the images that have labels.</summary>
    /// <param name="train">The images to draw from.</param>
    /// <param name="labelCounts">Numbers of labels in each class; a class with fewer images gives all it has.</param>
    /// <param name="draws">How often to draw, at least 2.</param>
    /// <param name="seed">Seed of the draws.</param>
    public FewLabels(IReadOnlyList<LabelledImage> train, IReadOnlyList<int> labelCounts, int draws, int seed)
    {
        (_labelCounts, _seed) = (labelCounts, seed);
        int[][] classes =
        [
            .. Enumerable.Range(0, train.Count).GroupBy(row => train[row].Label)
                .OrderBy(rows => rows.Key, StringComparer.Ordinal).Select(rows => rows.ToArray()),
        ];
        int[][][] rows = [.. Enumerable.Range(0, draws).Select(draw => Draw(classes, labelCounts.Max(), new Random(unchecked(seed * 1000 + draw))))];
        int[] used = [.. rows.SelectMany(draw => draw).SelectMany(ofClass => ofClass).Distinct().Order()];
        Labelled = [.. used.Select(row => train[row])];
        _drawn = [.. rows.Select(draw => draw.Select(ofClass => ofClass.Select(row => Array.BinarySearch(used, row)).ToArray()).ToArray())];
    }

    /// <summary>The images that were drawn at least once: the ones to compute features of.</summary>
    public IReadOnlyList<LabelledImage> Labelled { get; }

    /// <summary>Trains on the drawn images and measures accuracy on the test images, for each number of labels.</summary>
    /// <param name="labelled">Features of <see cref="Labelled"/>, in its order. The same images are drawn for all features, so that features can be compared.</param>
    /// <param name="test">Features of the test images.</param>
    public Accuracy[] Evaluate(IReadOnlyList<LabelledFeatures> labelled, IReadOnlyList<LabelledFeatures> test)
        => [.. _labelCounts.Select(labels => Evaluate(labelled, test, labels))];

    private Accuracy Evaluate(IReadOnlyList<LabelledFeatures> labelled, IReadOnlyList<LabelledFeatures> test, int labels)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(LabelledFeatures));
        schema[nameof(LabelledFeatures.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, test[0].Features.Length);

        var accuracies = new double[_drawn.Length];
        // One after the other: ML.NET blocks threads of the pool inside Fit, so that draws side by side took three times as long, not half.
        for (int draw = 0; draw < _drawn.Length; draw++)
        {
            var mlContext = new MLContext(_seed);
            var classification = mlContext.Transforms.Conversion.MapValueToKey("Label")
                .Append(mlContext.Transforms.NormalizeMeanVariance("Features", fixZero: false))
                .AppendCacheCheckpoint(mlContext)
                .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
                {
                    L1Regularization = 0,
                    L2Regularization = L2PerFeature * test[0].Features.Length,
                    OptimizationTolerance = Tolerance,
                    NumberOfThreads = 1, // so few rows that handing them out costs more than it saves
                }));
            LabelledFeatures[] drawn = [.. _drawn[draw].SelectMany(ofClass => ofClass.Take(labels)).Select(row => labelled[row])];
            var model = classification.Fit(mlContext.Data.LoadFromEnumerable(drawn, schema));
            IDataView scored = model.Transform(mlContext.Data.LoadFromEnumerable(test, schema));
            accuracies[draw] = 100 * mlContext.MulticlassClassification.Evaluate(scored).MicroAccuracy;
        }

        double mean = accuracies.Average();
        return new Accuracy(mean, Math.Sqrt(accuracies.Sum(accuracy => (accuracy - mean) * (accuracy - mean)) / (accuracies.Length - 1)));
    }

    private static int[][] Draw(int[][] classes, int perClass, Random random)
        => [.. classes.Select(rows =>
        {
            int[] shuffled = [.. rows];
            random.Shuffle(shuffled);
            return shuffled[..Math.Min(perClass, shuffled.Length)];
        })];
}
