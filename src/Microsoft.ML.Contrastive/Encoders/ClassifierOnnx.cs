using System.Text.Json;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Data;
using Onnx;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>An encoder with a linear classifier behind it as ONNX: features, scores and the name of the best class; written, run and compared in one act.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="head">The classifier.</param>
/// <param name="formula">What it makes of its logits.</param>
/// <param name="scoreColumn">Column of the scores in memory, and output of scores [B, C].</param>
/// <param name="labelName">Output of class names [B].</param>
/// <param name="score">The classifier in memory: from data with the encoder's image column to data with scores.</param>
internal sealed class ClassifierOnnx(
    ContrastiveEncoderTransformer encoder, ClassifierHead head, ScoreFormula formula, string scoreColumn, string labelName, Func<IDataView, IDataView> score)
{
    /// <summary>The metadata entry that holds the classes' names, as a JSON array of strings in the order of the scores.</summary>
    private const string ClassNamesKey = "class_names";

    /// <summary>The smallest normal 32-bit float: keeps a row whose probabilities have all vanished at zeros, as ML.NET does.</summary>
    private const float SmallestSum = 1.17549435e-38f;

    /// <summary>The model, once ONNX Runtime has given the same features, scores and names as ML.NET.</summary>
    public OnnxExport Export(OnnxExportOptions options)
    {
        options.Validate();
        if (options.FeatureMap)
            throw new ArgumentException($"{nameof(OnnxExportOptions.FeatureMap)} is set, and a classifier works on pooled features. Export the encoder alone for its feature map.", nameof(options));
        if (options.Projector)
            throw new ArgumentException(
                $"{nameof(OnnxExportOptions.Projector)} is set, and a classifier works on the features before the projection head. Export the encoder alone for its projections.",
                nameof(options));
        OnnxModelOptions written = EncoderOnnx.ModelOptions(encoder, options);
        byte[] model = OnnxModel.Write(encoder.Network.Backbone, written with
        {
            Head = new OnnxHead([new(scoreColumn, TensorProto.Types.DataType.Float, head.ClassCount), new(labelName, TensorProto.Types.DataType.String)], Write),
            Metadata = new Dictionary<string, string>(written.Metadata) { [ClassNamesKey] = JsonSerializer.Serialize(head.ClassNames) },
        });
        return EncoderOnnx.Export(encoder, model, options, trial =>
        {
            float[] expected = [.. score(trial.Images.AsData(new MLContext(), encoder.InputColumnName)).GetColumn<float[]>(scoreColumn).SelectMany(s => s)];
            trial.Compare(scoreColumn, expected);
            RequireNames(trial.Texts(labelName), expected, options);
        });
    }

    private IReadOnlyList<string> Write(OnnxGraphWriter graph, string features)
    {
        string logits = graph.Gemm(
            features,
            graph.Initializer("classifier.weight", head.Weights, head.ClassCount, head.FeatureDimension),
            graph.Initializer("classifier.bias", head.Intercepts, head.ClassCount));
        string scores = formula switch
        {
            ScoreFormula.Softmax => graph.Softmax(logits),
            ScoreFormula.NormalizedSigmoid => SumToOne(graph, graph.Sigmoid(logits)),
            _ => logits,
        };
        return [scores, graph.TextAt("classes", head.ClassNames, graph.ArgMax(logits))];
    }

    private static string SumToOne(OnnxGraphWriter graph, string probabilities) =>
        graph.Divide(probabilities, graph.Max(graph.SumOfRows(probabilities), graph.Scalar(SmallestSum)));

    /// <summary>Each name is that of a class with as high a score as any, up to the tolerance.</summary>
    private void RequireNames(string[] names, float[] scores, OnnxExportOptions options)
    {
        double tolerance = options.ToleranceFor(scores.Max(Math.Abs));
        foreach ((float[] row, string name) in scores.Chunk(head.ClassCount).Zip(names))
        {
            int named = head.ClassNames.ToList().IndexOf(name);
            if (named < 0 || row[named] < row.Max() - tolerance)
                throw new InvalidOperationException($"The exported model names the class '{name}' where '{head.ClassNames[Array.IndexOf(row, row.Max())]}' has the highest score; it was not written.");
        }
    }
}
