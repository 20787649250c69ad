using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>The features of an image and the name of its class.</summary>
internal sealed class LabelledFeatures
{
    public float[] Features { get; set; } = [];

    public string Label { get; set; } = "";
}

/// <summary>ML.NET's linear classifier on features, by stock components alone; <c>X.training.cs</c> has the same ones.</summary>
internal static class FeatureClassifier
{
    /// <summary>Column of the features.</summary>
    public const string FeaturesColumnName = nameof(LabelledFeatures.Features);

    /// <summary>A loss this near its minimum classifies as the minimum does; ML.NET's 1e-7 takes several times as long.</summary>
    public const float OptimizationTolerance = 1e-4f;

    private const string LabelColumnName = nameof(LabelledFeatures.Label), PredictedLabelColumnName = "PredictedLabel";

    /// <summary>
    /// Weight of the penalty for each feature. Features are brought to 0 … 1, so that the squared length of a row, and with it the strength that shrinks all features
    /// alike, grows with their number.
    /// </summary>
    private const float L2PerFeature = 0.01f;

    /// <summary>Weight of the penalty on the squared weights.</summary>
    public static float L2Regularization(int featureDimension) => L2PerFeature * featureDimension;

    /// <summary>Trains on features.</summary>
    public static IReadOnlyList<ITransformer> Train(MLContext mlContext, IReadOnlyList<LabelledFeatures> rows) =>
        [.. mlContext.Transforms.Conversion.MapValueToKey(LabelColumnName, keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Append(mlContext.Transforms.NormalizeMinMax(FeaturesColumnName))
            .Append(mlContext.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
            {
                LabelColumnName = LabelColumnName,
                FeatureColumnName = FeaturesColumnName,
                // ML.NET's 1 sets most weights of few images to zero.
                L1Regularization = 0,
                L2Regularization = L2Regularization(rows[0].Features.Length),
                OptimizationTolerance = OptimizationTolerance,
                // More than one add up in an order of their own.
                NumberOfThreads = 1,
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue(PredictedLabelColumnName))
            .Fit(View(mlContext, rows))];

    /// <summary>Asks about images that were not trained on.</summary>
    public static MulticlassClassificationMetrics Evaluate(MLContext mlContext, IReadOnlyList<ITransformer> classifier, IReadOnlyList<LabelledFeatures> rows) =>
        mlContext.MulticlassClassification.Evaluate(new TransformerChain<ITransformer>([.. classifier.SkipLast(1)]).Transform(View(mlContext, rows)));

    /// <summary>Computes features.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="featurizer">Images to <see cref="FeaturesColumnName"/>.</param>
    /// <param name="images">Labelled images.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<LabelledFeatures> Features(MLContext mlContext, ITransformer featurizer, IDataView images, CancellationToken cancellation)
    {
        var rows = new List<LabelledFeatures>();
        foreach (LabelledFeatures row in mlContext.Data.CreateEnumerable<LabelledFeatures>(featurizer.Transform(images), reuseRowObject: false))
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(row);
        }

        return rows;
    }

    private static IDataView View(MLContext mlContext, IReadOnlyList<LabelledFeatures> rows)
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(LabelledFeatures));
        schema[FeaturesColumnName].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        return mlContext.Data.LoadFromEnumerable(rows, schema);
    }
}
