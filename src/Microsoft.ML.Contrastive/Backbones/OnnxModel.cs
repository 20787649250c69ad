using System.Reflection;
using Google.Protobuf;
using Microsoft.ML.Contrastive.Imaging;
using Onnx;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>What an exported model is to be like.</summary>
/// <param name="InputName">Name of the input, pixels as floats [B, 3, H, W] in the order red, green, blue.</param>
/// <param name="OutputName">Name of the output, features [B, D].</param>
/// <param name="Height">Image height H in pixels.</param>
/// <param name="Width">Image width W in pixels.</param>
internal sealed record OnnxModelOptions(string InputName, string OutputName, int Height, int Width)
{
    /// <summary>Images a run, or null for any number. ML.NET's ONNX transformer feeds one row at a time and wants 1 or null.</summary>
    public int? Batch { get; init; }

    /// <summary>Where given, the input is pixel values 0 … 255 and the graph normalises them; else the input is normalised already.</summary>
    public PixelNormalization? Normalization { get; init; }

    /// <summary>
    /// Whether the output is a vector [D] instead of [1, D], for a batch of 1: ML.NET's ONNX transformer gives its column the graph's shape, and
    /// trainers insist on vectors without further dimensions.
    /// </summary>
    public bool VectorOutput { get; init; }

    /// <summary>Whether batch norms become part of the convolutions before them.</summary>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>Facts to store with the model, e.g. the backbone's name; ONNX Runtime gives them back.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Adds what follows the features, such as a classifier: takes the graph and the name of the features' value and returns further outputs
    /// (reserved in no way; named as the function names them) with their number of columns.
    /// </summary>
    public Func<OnnxGraphWriter, string, IReadOnlyList<(string Value, string OutputName, int Columns)>>? Head { get; init; }
}

/// <summary>Writes a backbone as a complete ONNX model: inputs and outputs by name, normalisation inside, facts about its origin.</summary>
internal static class OnnxModel
{
    /// <summary>Version of the file format that came with opset 17.</summary>
    private const int IrVersion = 8;

    private const string Producer = "Microsoft.ML.Contrastive";

    /// <summary>The model as the bytes of an .onnx file.</summary>
    public static byte[] Write(BackboneModule backbone, OnnxModelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(options.InputName);
        ArgumentException.ThrowIfNullOrEmpty(options.OutputName);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Width, 1);
        if (options.InputName == options.OutputName)
            throw new ArgumentException($"Input and output of an ONNX model need different names; both are '{options.InputName}'.", nameof(options));

        using var noGrad = no_grad();
        var graph = new OnnxGraphWriter(options.Height, options.Width, options.FoldBatchNorm, options.InputName, options.OutputName);
        string images = options.Normalization is { } normalization ? Normalize(graph, options.InputName, normalization) : options.InputName;
        string features = backbone.WriteOnnx(graph, images);
        if (options.VectorOutput)
            features = graph.Reshape(features, backbone.FeatureDimension);
        graph.Rename(features, options.OutputName);

        graph.Graph.Name = backbone.GetName();
        graph.Graph.Input.Add(Value(options.InputName, options.Batch, 3, options.Height, options.Width));
        graph.Graph.Output.Add(options.VectorOutput
            ? Value(options.OutputName, backbone.FeatureDimension)
            : Value(options.OutputName, options.Batch, backbone.FeatureDimension));
        foreach ((string value, string outputName, int columns) in options.Head?.Invoke(graph, features) ?? [])
        {
            graph.Rename(value, outputName);
            graph.Graph.Output.Add(Value(outputName, options.Batch, columns));
        }

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = Producer,
            ProducerVersion = typeof(OnnxModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Graph = graph.Graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxGraphWriter.Opset });
        foreach ((string key, string text) in options.Metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = text });
        return model.ToByteArray();
    }

    /// <summary>(pixel / 255 − mean) / standard deviation, as one multiplication and one addition a channel.</summary>
    private static string Normalize(OnnxGraphWriter graph, string pixels, PixelNormalization normalization)
    {
        (float R, float G, float B) mean = normalization.Mean, std = normalization.Std;
        string scale = graph.Initializer("normalization.scale", [1 / (255 * std.R), 1 / (255 * std.G), 1 / (255 * std.B)], 1, 3, 1, 1);
        string offset = graph.Initializer("normalization.offset", [-mean.R / std.R, -mean.G / std.G, -mean.B / std.B], 1, 3, 1, 1);
        return graph.Add(graph.Multiply(pixels, scale), offset);
    }

    private static ValueInfoProto Value(string name, int? batch, params ReadOnlySpan<int> rest)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(batch is { } n ? new TensorShapeProto.Types.Dimension { DimValue = n } : new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        foreach (int length in rest)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } },
        };
    }
}
