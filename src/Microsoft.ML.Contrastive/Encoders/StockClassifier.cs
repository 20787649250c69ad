using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// A linear classifier as ML.NET's own component, the one that its maximum-entropy trainers return: it scores in memory and saved alike, its scores
/// bear the classes' names, and stock ML.NET loads it.
/// </summary>
internal static class StockClassifier
{
    private const string LabelColumn = "Label";

    /// <summary>The steps from features to probabilities and the name of the most probable class.</summary>
    /// <param name="context">The context.</param>
    /// <param name="head">The classifier.</param>
    /// <param name="featureColumn">Column of the features.</param>
    /// <param name="scoreColumn">Column that receives the classes' probabilities, a vector of floats.</param>
    /// <param name="predictedLabelColumn">Column that receives the name, as text.</param>
    public static ITransformer[] Steps(MLContext context, ClassifierHead head, string featureColumn, string scoreColumn, string predictedLabelColumn)
    {
        string[] names = [.. head.ClassNames];
        VBuffer<float>[] weights = [.. head.Weights.Chunk(head.FeatureDimension).Select(row => new VBuffer<float>(row.Length, row))];
        var empty = new EmptyView(TrainingSchema(names, featureColumn, head.FeatureDimension));
        MulticlassPredictionTransformer<MaximumEntropyModelParameters> classifier = MlNetInternals.ClassifyingTransformer(
            context, MlNetInternals.LinearClassifier(context, weights, head.Intercepts, names), empty.Schema, featureColumn, LabelColumn, scoreColumn, predictedLabelColumn);
        return [classifier, context.Transforms.Conversion.MapKeyToValue(predictedLabelColumn).Fit(classifier.Transform(empty))];
    }

    /// <summary>Schema of data that such a classifier is trained on: it gives the feature's type and the classes' names.</summary>
    private static DataViewSchema TrainingSchema(string[] classNames, string featureColumn, int featureDimension)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> getNames = (ref VBuffer<ReadOnlyMemory<char>> names) =>
            names = new VBuffer<ReadOnlyMemory<char>>(classNames.Length, [.. classNames.Select(n => n.AsMemory())]);
        annotations.Add("KeyValues", new VectorDataViewType(TextDataViewType.Instance, classNames.Length), getNames);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(featureColumn, new VectorDataViewType(NumberDataViewType.Single, featureDimension));
        schema.AddColumn(LabelColumn, new KeyDataViewType(typeof(uint), classNames.Length), annotations.ToAnnotations());
        return schema.ToSchema();
    }
}
