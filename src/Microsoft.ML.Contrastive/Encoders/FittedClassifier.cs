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
        for (int i = 0; i < steps.Length; i++)
        {
            switch (steps[i])
            {
                case ContrastiveEncoderTransformer found when encoder is null && classifier is null:
                    encoder = found;
                    break;
                case ImageClassifierTransformer whole when steps[(i + 1)..].All(IsOutside) && encoder is null:
                    return whole.Onnx(options);
                case ISingleFeaturePredictionTransformer<object> found when encoder is not null && classifier is null:
                    classifier = steps[i];
                    RequireFeatures(found.FeatureColumnName, encoder, At(i));
                    break;
                default:
                    if (!IsOutside(steps[i]) && steps.Any(step => step is ContrastiveEncoderTransformer))
                        throw Refusal(At(i), encoder is null ? "it stands before the encoder and may change its images" : "the file holds an encoder and, directly behind it, a linear classifier");
                    break;
            }
        }

        if (encoder is null)
        {
            throw new ArgumentException(
                "The model has no encoder of this library. A model that was loaded from a file has ML.NET's own steps in place of it: export the fitted pipeline before it is saved, or fit it again.", nameof(model));
        }

        return new ClassifierOnnx(encoder, HeadOf(encoder, classifier, out ScoreFormula formula), formula, ScoreColumn, PredictedLabelColumn, images => classifier!.Transform(encoder.Transform(images)))
            .Export(options);

        string At(int i) => $"Step {i + 1} of {steps.Length}, a {Name(steps[i])},";
    }

    private static ClassifierHead HeadOf(ContrastiveEncoderTransformer encoder, ITransformer? classifier, out ScoreFormula formula)
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
        return new ClassifierHead(scores.Weights, scores.Intercepts, ClassNames(encoder, classifier, scores.Intercepts.Length));
    }

    /// <summary>The classes' names from the annotation of the predicted key; their numbers where it has none.</summary>
    private static string[] ClassNames(ContrastiveEncoderTransformer encoder, ITransformer classifier, int count)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(encoder.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, encoder.FeatureDimension));
        DataViewSchema.Annotations annotations = classifier.GetOutputSchema(builder.ToSchema())[PredictedLabelColumn].Annotations;
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

    private static void RequireFeatures(string featureColumn, ContrastiveEncoderTransformer encoder, string step)
    {
        if (featureColumn != encoder.OutputColumnName)
            throw Refusal(step, $"it reads the column '{featureColumn}' and not the encoder's features '{encoder.OutputColumnName}'");
    }

    private static ArgumentException Refusal(string step, string reason) => new($"{step} cannot be exported to ONNX: {reason}.");

    private static string Name(ITransformer step) => step.GetType().Name.Split('`')[0];

    private static IEnumerable<ITransformer> Flatten(ITransformer step) => step is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [step];
}
