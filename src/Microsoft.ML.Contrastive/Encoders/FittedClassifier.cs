using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>A fitted pipeline from images to classes: an encoder of this library, a linear classifier of ML.NET, and around them what the file does not need.</summary>
internal static class FittedClassifier
{
    private const string KeyValues = "KeyValues", ScoreColumn = "Score", PredictedLabelColumn = "PredictedLabel";

    /// <summary>Makes a model of a pipeline, compares it and logs how it compares.</summary>
    /// <exception cref="ArgumentException">A step cannot be exported, or the encoder or the classifier is missing; the message names it.</exception>
    public static OnnxExport Export(IHostEnvironment context, ITransformer model, OnnxExportOptions options)
    {
        using IChannel channel = context.Register(nameof(FittedClassifier)).Start("Export to ONNX");
        OnnxExport export = Export(model, options);
        channel.Info(MessageSensitivity.None, $"Classifier as ONNX: {export.Result}.");
        return export;
    }

    private static OnnxExport Export(ITransformer model, OnnxExportOptions options)
    {
        ITransformer[] steps = [.. Flatten(model)];
        ContrastiveEncoderTransformer? encoder = null;
        ITransformer? classifier = null;
        AffineNormalization? normalization = null;
        var behind = new TransformerChain<ITransformer>();
        string features = "";
        for (int i = 0; i < steps.Length; i++)
        {
            switch (steps[i])
            {
                case ContrastiveEncoderTransformer found when encoder is null && classifier is null:
                    encoder = found;
                    (normalization, features) = (AffineNormalization.None(found.FeatureDimension), found.OutputColumnName);
                    break;
                case ImageClassifierTransformer whole when steps[(i + 1)..].All(IsOutside) && encoder is null:
                    return whole.Onnx(options);
                case ISingleFeaturePredictionTransformer<object> found when encoder is not null && classifier is null:
                    classifier = steps[i];
                    behind = behind.Append(classifier);
                    RequireFeatures(found.FeatureColumnName, features, At(i));
                    break;
                case NormalizingTransformer found when encoder is not null && classifier is null:
                    (normalization, features) = Normalized(normalization!, found, features, At(i));
                    behind = behind.Append<ITransformer>(found);
                    break;
                default:
                    if (!IsOutside(steps[i]) && steps.Any(step => step is ContrastiveEncoderTransformer))
                        throw Refusal(
                            At(i),
                            encoder is null
                                ? "it stands before the encoder and may change its images"
                                : "the file holds an encoder and, behind it and normalisers of its features, a linear classifier");
                    break;
            }
        }

        if (encoder is null)
        {
            throw new ArgumentException(
                "The model has no encoder of this library. A model that was loaded from a file has ML.NET's own steps in place of it: export the fitted pipeline before it "
                    + "is saved, or fit it again.", nameof(model));
        }

        ClassifierHead head = normalization!.Into(HeadOf(encoder, classifier, features, out ScoreFormula formula));
        return new ClassifierOnnx(encoder, head, formula, ScoreColumn, PredictedLabelColumn, images => behind.Transform(encoder.Transform(images))).Export(options);

        string At(int i) => $"Step {i + 1} of {steps.Length}, a {Name(steps[i])},";
    }

    /// <summary>What a normaliser does to the features, and the column that it writes.</summary>
    private static (AffineNormalization Normalization, string Features) Normalized(AffineNormalization before, NormalizingTransformer step, string features, string name)
    {
        try
        {
            // A normaliser tells its columns only by what it adds to a schema.
            DataViewSchema output = step.GetOutputSchema(FeatureSchema(features, before.Scale.Length));
            return output.Count == 2
                ? (before.Then(step.GetNormalizerModelParameters(0)), output[1].Name)
                : throw new NotSupportedException("it normalises several columns");
        }
        catch (ArgumentException e)
        {
            throw Refusal(name, $"it does not normalise the features '{features}' alone ({e.Message})");
        }
        catch (NotSupportedException e)
        {
            throw Refusal(name, e.Message);
        }
    }

    private static DataViewSchema FeatureSchema(string features, int dimension)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(features, new VectorDataViewType(NumberDataViewType.Single, dimension));
        return builder.ToSchema();
    }

    private static ClassifierHead HeadOf(ContrastiveEncoderTransformer encoder, ITransformer? classifier, string features, out ScoreFormula formula)
    {
        if (classifier is null)
            throw new ArgumentException("The model has no classifier behind the encoder. Export the encoder by its own ExportToOnnx.", nameof(classifier));
        LinearScores scores;
        try
        {
            scores = LinearScores.Of(((ISingleFeaturePredictionTransformer<object>)classifier).Model);
        }
        catch (NotSupportedException e)
        {
            throw Refusal($"The classifier, a {Name(classifier)},", e.Message);
        }

        formula = scores.Formula;
        return new ClassifierHead(scores.Weights, scores.Intercepts, ClassNames(encoder.FeatureDimension, features, classifier, scores.Intercepts.Length));
    }

    /// <summary>The classes' names from the annotation of the predicted key; their numbers where it has none.</summary>
    private static string[] ClassNames(int featureDimension, string features, ITransformer classifier, int count)
    {
        DataViewSchema.Annotations annotations = classifier.GetOutputSchema(FeatureSchema(features, featureDimension))[PredictedLabelColumn].Annotations;
        if (annotations.Schema.GetColumnOrNull(KeyValues) is not { } values)
            return [.. Enumerable.Range(1, count).Select(key => key.ToString(CultureInfo.InvariantCulture))];
        MethodInfo read = typeof(FittedClassifier).GetMethod(nameof(Names), BindingFlags.Static | BindingFlags.NonPublic)!;
        return (string[])read.MakeGenericMethod(((VectorDataViewType)values.Type).ItemType.RawType).Invoke(null, [annotations])!;
    }

    private static string[] Names<T>(DataViewSchema.Annotations annotations)
    {
        VBuffer<T> values = default;
        annotations.GetValue(KeyValues, ref values);
        return [.. values.DenseValues().Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}"))];
    }

    /// <summary>What serves the loading of images and the naming of labels, which the file leaves to others or does itself.</summary>
    private static bool IsOutside(ITransformer step) => step is ImageLoadingTransformer or ValueToKeyMappingTransformer or KeyToValueMappingTransformer;

    private static void RequireFeatures(string column, string features, string step)
    {
        if (column != features)
            throw Refusal(step, $"it reads the column '{column}' and not the features '{features}'");
    }

    private static ArgumentException Refusal(string step, string reason) => new($"{step} cannot be exported to ONNX: {reason}.");

    private static string Name(ITransformer step) => step.GetType().Name.Split('`')[0];

    private static IEnumerable<ITransformer> Flatten(ITransformer step) => step is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [step];
}
