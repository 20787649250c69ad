using System.Text.Json;
using Microsoft.ML.Contrastive.Backbones;
using Onnx;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>An encoder with a classifier behind it as ONNX: features, probabilities and the name of the most probable class; written, run and compared in one act.</summary>
internal static class ClassifierOnnx
{
    /// <summary>The metadata entry that holds the classes' names, as a JSON array of strings in the order of the probabilities.</summary>
    private const string ClassNamesKey = "class_names";

    /// <summary>The model's bytes, once ONNX Runtime has given the same features, probabilities and names as the network.</summary>
    /// <param name="network">The encoder.</param>
    /// <param name="head">The classifier.</param>
    /// <param name="scoreName">Name of the output of probabilities [B, C].</param>
    /// <param name="labelName">Name of the output of class names [B].</param>
    /// <param name="options">What to write.</param>
    /// <param name="deviation">Largest difference between two features or two probabilities.</param>
    public static byte[] Verified(EncoderNetwork network, ClassifierHead head, string scoreName, string labelName, OnnxExportOptions options, out float deviation)
    {
        OnnxModelOptions encoder = EncoderOnnx.ModelOptions(network, options);
        byte[] model = OnnxModel.Write(network.Backbone, encoder with
        {
            Head = new OnnxHead(
                [new(scoreName, TensorProto.Types.DataType.Float, head.ClassCount), new(labelName, TensorProto.Types.DataType.String)],
                (graph, features) => Write(graph, features, head)),
            Metadata = new Dictionary<string, string>(encoder.Metadata) { [ClassNamesKey] = JsonSerializer.Serialize(head.ClassNames) },
        });
        using var trial = new OnnxTrial(model, network, options);
        float[] expected = head.Probabilities(trial.Features);
        deviation = Math.Max(trial.Deviation(options.OutputName, trial.Features), trial.Deviation(scoreName, expected));
        EncoderOnnx.RequireWithin(options, deviation);
        RequireNames(trial.Texts(labelName), expected, head, options.Tolerance);
        return model;
    }

    private static IReadOnlyList<string> Write(OnnxGraphWriter graph, string features, ClassifierHead head)
    {
        string logits = graph.Gemm(
            features,
            graph.Initializer("classifier.weight", head.Weights, head.ClassCount, head.FeatureDimension),
            graph.Initializer("classifier.bias", head.Intercepts, head.ClassCount));
        return [graph.Softmax(logits), graph.TextAt("classes", head.ClassNames, graph.ArgMax(logits))];
    }

    /// <summary>Each name is that of a class as probable as any, up to the tolerance.</summary>
    private static void RequireNames(string[] names, float[] probabilities, ClassifierHead head, float tolerance)
    {
        foreach ((float[] row, string name) in probabilities.Chunk(head.ClassCount).Zip(names))
        {
            int named = head.ClassNames.ToList().IndexOf(name);
            if (named < 0 || row[named] < row.Max() - tolerance)
                throw new InvalidOperationException($"The exported model names the class '{name}' where '{head.ClassNames[Array.IndexOf(row, row.Max())]}' is the most probable; it was not written.");
        }
    }
}
