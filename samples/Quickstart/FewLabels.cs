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
internal static class FewLabels
{
    // On the sum of the losses, per feature: standardised features have a squared length of as many as they are, so that a strength in
    // proportion shrinks 3,888 pixels and 256 outputs of an encoder alike. Pixels do best around this value, with 10 and with 100 labels a
    // class alike; with ML.NET's default (L2 = 1) they lose 4 points with 100. L1 (default 1) is off: it only slows the optimiser here.
    private const float L2PerFeature = 0.1f;

    // A loss this near its minimum moves the accuracy by far less than the draw of the labels does; the default of 1e-7 takes longer.
    private const float Tolerance = 1e-4f;

    /// <summary>Trains on <paramref name="labelsPerClass"/> images of each class and measures accuracy on the test images, once a draw.</summary>
    /// <param name="train">Features of the images that the labelled ones are drawn from.</param>
    /// <param name="test">Features of the test images.</param>
    /// <param name="labelsPerClass">Labels in each class; a class with fewer images gives all it has.</param>
    /// <param name="draws">How often to draw, at least 2.</param>
    /// <param name="seed">Seed of the draws: the same rows are drawn whatever their features are, so that features can be compared.</param>
    public static Accuracy Evaluate(
        IReadOnlyList<LabelledFeatures> train, IReadOnlyList<LabelledFeatures> test, int labelsPerClass, int draws, int seed)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(LabelledFeatures));
        schema[nameof(LabelledFeatures.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, test[0].Features.Length);

        var accuracies = new double[draws];
        Parallel.For(0, draws, draw =>
        {
            var mlContext = new MLContext(seed);
            IDataView labelled = mlContext.Data.LoadFromEnumerable(Draw(train, labelsPerClass, new Random(unchecked(seed * 1000 + draw))), schema);
            var classification = mlContext.Transforms.Conversion.MapValueToKey("Label")
                .Append(mlContext.Transforms.NormalizeMeanVariance("Features", fixZero: false))
                .AppendCacheCheckpoint(mlContext)
                .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
                {
                    L1Regularization = 0,
                    L2Regularization = L2PerFeature * test[0].Features.Length,
                    OptimizationTolerance = Tolerance,
                    NumberOfThreads = 1, // the draws run side by side
                }));
            IDataView scored = classification.Fit(labelled).Transform(mlContext.Data.LoadFromEnumerable(test, schema));
            accuracies[draw] = 100 * mlContext.MulticlassClassification.Evaluate(scored).MicroAccuracy;
        });

        double mean = accuracies.Average();
        return new Accuracy(mean, Math.Sqrt(accuracies.Sum(accuracy => (accuracy - mean) * (accuracy - mean)) / (draws - 1)));
    }

    private static List<LabelledFeatures> Draw(IReadOnlyList<LabelledFeatures> from, int perClass, Random random)
    {
        var drawn = new List<LabelledFeatures>();
        foreach (IGrouping<string, LabelledFeatures> ofClass in from.GroupBy(row => row.Label).OrderBy(rows => rows.Key, StringComparer.Ordinal))
        {
            LabelledFeatures[] rows = [.. ofClass];
            random.Shuffle(rows);
            drawn.AddRange(rows.Take(perClass));
        }

        return drawn;
    }
}
