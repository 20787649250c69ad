using System.Reflection;
using Google.Protobuf;
using Microsoft.ML.Contrastive.Imaging;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>What an exported model is to be like.</summary>
/// <param name="InputName">Name of the input, pixels as floats [B, 3, H, W] in the order red, green, blue.</param>
/// <param name="OutputName">Name of the output, features [B, D] or their map [B, C, h, w].</param>
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

    /// <summary>Whether the input is bytes [B, height, width, 3] of any size, which the graph resizes and crops. Needs a <see cref="Normalization"/>.</summary>
    public bool RawImage { get; init; }

    /// <summary>Whether the output is the last feature map instead of the pooled features. Not with a <see cref="Head"/>.</summary>
    public bool FeatureMap { get; init; }

    /// <summary>How weights are stored.</summary>
    public OnnxWeightType Weights { get; init; }

    /// <summary>Whether batch norms become part of the convolutions before them.</summary>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>Bytes that the file may have: the format's own limit.</summary>
    public long LargestFile { get; init; } = int.MaxValue;

    /// <summary>Facts to store with the model, e.g. the backbone's name; ONNX Runtime gives them back.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What follows the features, such as a classifier; nothing where null.</summary>
    public OnnxHead? Head { get; init; }
}

/// <summary>What follows the features in a graph.</summary>
/// <param name="Outputs">The further outputs of the model.</param>
/// <param name="Write">Takes the graph and the name of the features' value; returns the names of the outputs' values, in their order.</param>
internal sealed record OnnxHead(IReadOnlyList<OnnxOutput> Outputs, Func<OnnxGraphWriter, string, IReadOnlyList<string>> Write)
{
    /// <summary>Its large tensors, which count towards the size of the file.</summary>
    public IEnumerable<Tensor> Tensors { get; init; } = [];
}

/// <summary>A further output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Columns">Number of columns: the output is [B, columns]; without, it is [B].</param>
internal readonly record struct OnnxOutput(string Name, TensorProto.Types.DataType Type, int? Columns = null);

/// <summary>Writes a backbone as a complete ONNX model: inputs and outputs by name, normalisation inside, facts about its origin.</summary>
internal static class OnnxModel
{
    /// <summary>Version of the file format that came with opsets 17 and 18.</summary>
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

        RequireSize(backbone, options);

        using var noGrad = no_grad();
        var graph = new OnnxGraphWriter(options.Height, options.Width, options.Weights, options.FoldBatchNorm, names);
        string images = options.RawImage ? OnnxRawImage.Write(graph, options.InputName) : options.InputName;
        images = options.Normalization is { } normalization ? Normalize(graph, images, normalization) : images;
        string features = options.FeatureMap ? backbone.WriteFeatureMapOnnx(graph, images) : backbone.WriteOnnx(graph, images);
        if (options.VectorOutput)
            features = graph.Reshape(features, backbone.FeatureDimension);
        graph.Rename(features, options.OutputName);

        graph.Graph.Name = backbone.GetName();
        OnnxLength batch = options.Batch is { } n ? n : "batch";
        graph.Graph.Input.Add(options.RawImage
            ? Value(options.InputName, TensorProto.Types.DataType.Uint8, batch, "height", "width", 3)
            : Value(options.InputName, batch, 3, options.Height, options.Width));
        graph.Graph.Output.Add(
            options.FeatureMap ? Value(options.OutputName, batch, backbone.FeatureDimension, "map_height", "map_width")
            : options.VectorOutput ? Value(options.OutputName, backbone.FeatureDimension)
            : Value(options.OutputName, batch, backbone.FeatureDimension));
        if (options.Head is { } head)
        {
            foreach ((string value, OnnxOutput output) in head.Write(graph, features).Zip(head.Outputs))
            {
                graph.Rename(value, output.Name);
                graph.Graph.Output.Add(Value(output.Name, output.Type, [batch, .. output.Columns is { } columns ? [columns] : Array.Empty<OnnxLength>()]));
            }
        }

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = Producer,
            ProducerVersion = typeof(OnnxModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Graph = graph.Graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = graph.Opset });
        foreach ((string key, string text) in options.Metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = text });
        return model.ToByteArray();
    }

    /// <summary>Version of the standard operator set that a model needs.</summary>
    public static int OpsetOf(byte[] model) => (int)ModelProto.Parser.ParseFrom(model).OpsetImport.Single().Version;

    /// <summary>(pixel / 255 − mean) / standard deviation, as one multiplication and one addition a channel.</summary>
    private static string Normalize(OnnxGraphWriter graph, string pixels, PixelNormalization normalization)
    {
        (float R, float G, float B) mean = normalization.Mean, std = normalization.Std;
        string scale = graph.Initializer("normalization.scale", [1 / (255 * std.R), 1 / (255 * std.G), 1 / (255 * std.B)], 1, 3, 1, 1);
        string offset = graph.Initializer("normalization.offset", [-mean.R / std.R, -mean.G / std.G, -mean.B / std.B], 1, 3, 1, 1);
        return graph.Add(graph.Multiply(pixels, scale), offset);
    }

    /// <summary>Refuses before anything is written: a file has one protobuf message, whose length has 31 bits.</summary>
    private static void RequireSize(BackboneModule backbone, OnnxModelOptions options)
    {
        int bytes = options.Weights switch { OnnxWeightType.Float16 => sizeof(short), OnnxWeightType.Int8 => sizeof(sbyte), _ => sizeof(float) };
        using DisposeScope scope = NewDisposeScope();
        long size = backbone.state_dict().Values.Concat(options.Head?.Tensors ?? []).Sum(v => v.NumberOfElements * (v.dim() > 1 ? bytes : sizeof(float)));
        if (size <= options.LargestFile)
            return;
        throw new InvalidOperationException(
            $"The weights of {backbone.Description?.Name ?? backbone.GetName()} take {size:N0} bytes as {options.Weights}; an ONNX file holds {options.LargestFile:N0}. "
                + $"Export it with smaller weights ({nameof(OnnxWeightType.Float16)} or {nameof(OnnxWeightType.Int8)}), or train a narrower backbone.");
    }

    private static ValueInfoProto Value(string name, params ReadOnlySpan<OnnxLength> shape) => Value(name, TensorProto.Types.DataType.Float, shape);

    private static ValueInfoProto Value(string name, TensorProto.Types.DataType type, params ReadOnlySpan<OnnxLength> lengths)
    {
        var shape = new TensorShapeProto();
        foreach (OnnxLength length in lengths)
            shape.Dim.Add(length.Name is { } text ? new TensorShapeProto.Types.Dimension { DimParam = text } : new TensorShapeProto.Types.Dimension { DimValue = length.Value });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }

    /// <summary>Length of an axis: a number, or a name where a run decides.</summary>
    private readonly record struct OnnxLength(int Value, string? Name)
    {
        public static implicit operator OnnxLength(int value) => new(value, null);

        public static implicit operator OnnxLength(string name) => new(0, name);
    }
}
