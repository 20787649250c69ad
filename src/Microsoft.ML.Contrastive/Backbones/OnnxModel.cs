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

    /// <summary>What follows the features, such as a classifier; nothing where null.</summary>
    public OnnxHead? Head { get; init; }
}

/// <summary>What follows the features in a graph.</summary>
/// <param name="Outputs">The further outputs of the model.</param>
/// <param name="Write">Takes the graph and the name of the features' value; returns the names of the outputs' values, in their order.</param>
internal sealed record OnnxHead(IReadOnlyList<OnnxOutput> Outputs, Func<OnnxGraphWriter, string, IReadOnlyList<string>> Write);

/// <summary>A further output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Columns">Number of columns: the output is [B, columns]; without, it is [B].</param>
internal readonly record struct OnnxOutput(string Name, TensorProto.Types.DataType Type, int? Columns = null);

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
        string[] names = [options.InputName, options.OutputName, .. options.Head?.Outputs.Select(o => o.Name) ?? []];
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"Inputs and outputs of an ONNX model need different names; {twice.Count()} are '{twice.Key}'.", nameof(options));

        using var noGrad = no_grad();
        var graph = new OnnxGraphWriter(options.Height, options.Width, options.FoldBatchNorm, names);
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
        if (options.Head is { } head)
        {
            foreach ((string value, OnnxOutput output) in head.Write(graph, features).Zip(head.Outputs))
            {
                graph.Rename(value, output.Name);
                graph.Graph.Output.Add(Value(output.Name, output.Type, options.Batch, output.Columns is { } columns ? [columns] : []));
            }
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

    private static ValueInfoProto Value(string name, int? batch, params ReadOnlySpan<int> rest) => Value(name, TensorProto.Types.DataType.Float, batch, rest);

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, int? batch, params ReadOnlySpan<int> rest)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(batch is { } n ? new TensorShapeProto.Types.Dimension { DimValue = n } : new TensorShapeProto.Types.Dimension { DimParam = "batch" });
        foreach (int length in rest)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
