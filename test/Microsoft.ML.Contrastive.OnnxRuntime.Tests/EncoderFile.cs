using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

/// <summary>
/// A small encoder written by hand: normalisation, a convolution, ReLU, the mean over places. Each part of its face can be made other than it should be.
/// </summary>
internal sealed record EncoderFile
{
    public const int FeatureDimension = 8;

    private const int Kernel = 3;

    public string Input { get; init; } = "image";

    public string Output { get; init; } = "features";

    public int? Batch { get; init; }

    /// <summary>Rows of a constant that is added to the features: with a fixed batch as many as it has, and where it is free a contradiction.</summary>
    public int? ConstantRows { get; init; }

    public int Channels { get; init; } = 3;

    public int? Height { get; init; } = 24;

    public int? Width { get; init; } = 24;

    public DataType Type { get; init; } = DataType.Float;

    /// <summary>Whether features keep the places' dimensions, [N, D, 1, 1].</summary>
    public bool Unflattened { get; init; }

    /// <summary>Whether there is a second output of floats, [N, D].</summary>
    public bool TwoOutputs { get; init; }

    /// <summary>Whether there is a second input, a vector of D values added to the features.</summary>
    public bool TwoInputs { get; init; }

    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>Writes the file and returns its path.</summary>
    public string Write(string folder, string name = "encoder.onnx")
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, Bytes());
        return path;
    }

    public byte[] Bytes()
    {
        var random = new Random(7);
        var graph = new GraphProto { Name = "encoder" };
        graph.Input.Add(Value(Input, Type, Batch, Channels, Height, Width));
        string pixels = Input;
        if (Type != DataType.Float)
        {
            NodeProto cast = Node("Cast", "float", Input);
            cast.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.AttributeType.Int, I = (int)DataType.Float });
            graph.Node.Add(cast);
            pixels = "float";
        }

        graph.Initializer.Add(Tensor("scale", [1 / 64f], 1));
        graph.Initializer.Add(Tensor("offset", [-2], 1));
        graph.Initializer.Add(Tensor("weight", [.. Enumerable.Range(0, FeatureDimension * Channels * Kernel * Kernel).Select(_ => random.NextSingle() - 0.5f)], FeatureDimension, Channels, Kernel, Kernel));
        graph.Node.Add(Node("Mul", "scaled", pixels, "scale"));
        graph.Node.Add(Node("Add", "normalized", "scaled", "offset"));
        NodeProto convolution = Node("Conv", "convolved", "normalized", "weight");
        var strides = new AttributeProto { Name = "strides", Type = AttributeProto.Types.AttributeType.Ints };
        strides.Ints.AddRange([2, 2]);
        convolution.Attribute.Add(strides);
        graph.Node.Add(convolution);
        graph.Node.Add(Node("Relu", "positive", "convolved"));
        string mean = Unflattened ? Output : "mean";
        graph.Node.Add(Node("GlobalAveragePool", mean, "positive"));
        string flat = TwoInputs ? "flat" : Output;
        if (!Unflattened)
            graph.Node.Add(Node("Flatten", (ConstantRows ?? Batch) is null ? flat : "rows", "mean"));
        if (!Unflattened && (ConstantRows ?? Batch) is { } batch)
        {
            // As exporters write constants where the batch is fixed: the graph then works for no other.
            graph.Initializer.Add(Tensor("nothing", new float[batch * FeatureDimension], batch, FeatureDimension));
            graph.Node.Add(Node("Add", flat, "rows", "nothing"));
        }

        if (TwoInputs)
        {
            graph.Input.Add(Value("bias", DataType.Float, FeatureDimension));
            graph.Node.Add(Node("Add", Output, "flat", "bias"));
        }

        graph.Output.Add(Unflattened ? Value(Output, DataType.Float, Batch, FeatureDimension, 1, 1) : Value(Output, DataType.Float, Batch, FeatureDimension));
        if (TwoOutputs)
        {
            graph.Node.Add(Node("Softmax", "Score", Output));
            graph.Output.Add(Value("Score", DataType.Float, Batch, FeatureDimension));
        }

        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        foreach ((string key, string value) in Metadata)
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model.ToByteArray();
    }

    private static NodeProto Node(string type, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        return node;
    }

    private static TensorProto Tensor(string name, float[] values, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float };
        tensor.Dims.AddRange(shape);
        tensor.FloatData.AddRange(values);
        return tensor;
    }

    private static ValueInfoProto Value(string name, DataType type, params int?[] lengths)
    {
        var shape = new TensorShapeProto();
        foreach ((int index, int? length) in lengths.Index())
            shape.Dim.Add(length is { } known ? new TensorShapeProto.Types.Dimension { DimValue = known } : new TensorShapeProto.Types.Dimension { DimParam = $"dim{index}" });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } } };
    }
}
