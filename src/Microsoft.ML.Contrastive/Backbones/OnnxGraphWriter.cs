using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>
/// Collects the nodes and weights of an ONNX graph. The graph writers beside the backbones speak through it: a method adds a node, takes the
/// names of the values that go in and returns the name of the value that comes out. Weights have their names in the state dictionary.
/// </summary>
internal sealed partial class OnnxGraphWriter
{
    /// <summary>The first version of the standard operator set with LayerNormalization, and the first that resizes with antialiasing.</summary>
    private const int LayerNormalizationOpset = 17, AntialiasOpset = 18;

    private readonly HashSet<string> _names = [];
    private readonly OnnxWeightType _weights;
    private readonly bool _foldBatchNorm;

    /// <summary>Begins a graph.</summary>
    /// <param name="imageHeight">Height in pixels of the images that the graph is for.</param>
    /// <param name="imageWidth">Width in pixels.</param>
    /// <param name="weights">How the weights of convolutions and linear layers are stored.</param>
    /// <param name="foldBatchNorm">Whether batch norms become part of the convolutions before them: fewer nodes, equal up to rounding.</param>
    /// <param name="reservedNames">Names of the graph's inputs and outputs, which no other value may take.</param>
    public OnnxGraphWriter(int imageHeight, int imageWidth, OnnxWeightType weights, bool foldBatchNorm, params ReadOnlySpan<string> reservedNames)
    {
        ImageHeight = imageHeight;
        ImageWidth = imageWidth;
        _weights = weights;
        _foldBatchNorm = foldBatchNorm;
        foreach (string name in reservedNames)
            _names.Add(name);
    }

    public GraphProto Graph { get; } = new();

    /// <summary>Version of the standard operator set that the nodes written so far need.</summary>
    public int Opset { get; private set; } = LayerNormalizationOpset;

    public int ImageHeight { get; }

    public int ImageWidth { get; }

    /// <summary>A constant of the graph from a tensor of any device and floating-point type.</summary>
    public string Initializer(string name, Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor floats = values.detach().to(ScalarType.Float32).cpu().contiguous();
        return Initializer(name, floats.data<float>().ToArray(), [.. floats.shape]);
    }

    /// <summary>A constant of 32-bit floats.</summary>
    public string Initializer(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        AddInitializer(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes(values), shape);

    /// <summary>A constant number.</summary>
    public string Scalar(float value) => Initializer("constant", [value]);

    public string Relu(string x) => Node("Relu", "relu", [x]);

    public string MaxPool(string x, long kernel, long stride, long padding) => Node(
        "MaxPool",
        "maxpool",
        [x],
        Attribute("kernel_shape", kernel, kernel),
        Attribute("strides", stride, stride),
        Attribute("pads", padding, padding, padding, padding));

    public string GlobalAveragePool(string x) => Node("GlobalAveragePool", "avgpool", [x]);

    /// <summary>[B, …] to [B, product of the rest].</summary>
    public string Flatten(string x) => Node("Flatten", "flatten", [x], Attribute("axis", 1));

    public string Add(string x, string y) => Node("Add", "add", [x, y]);

    public string Multiply(string x, string y) => Node("Mul", "mul", [x, y]);

    public string Subtract(string x, string y) => Node("Sub", "sub", [x, y]);

    public string Divide(string x, string y) => Node("Div", "div", [x, y]);

    /// <summary>The larger of two values, element by element.</summary>
    public string Max(string x, string y) => Node("Max", "max", [x, y]);

    public string Floor(string x) => Node("Floor", "floor", [x]);

    public string Sigmoid(string x) => Node("Sigmoid", "sigmoid", [x]);

    /// <summary>The largest value of a tensor, as a tensor of the same rank with one value.</summary>
    public string LargestOf(string x) => Node("ReduceMax", "largest", [x]);

    /// <summary>Sums of the rows of a matrix [B, C]: [B, 1].</summary>
    public string SumOfRows(string x) => Node("ReduceSum", "sum", [x, Integers([1])], Attribute("keepdims", 1));

    public string Cast(string x, TensorProto.Types.DataType type) => Node("Cast", "cast", [x], Attribute("to", (long)type));

    /// <summary>Lengths of the axes from <paramref name="start"/> to before <paramref name="end"/>, as integers.</summary>
    public string Shape(string x, long start, long end) => Node("Shape", "shape", [x], Attribute("start", start), Attribute("end", end));

    /// <summary>Resizes images [B, C, H, W] by antialiased bilinear interpolation, pixel centres at halves, weights outside the image left out as in Pillow.</summary>
    /// <param name="x">The images.</param>
    /// <param name="size">Value with the new height and width, integers.</param>
    public string Resize(string x, string size)
    {
        Opset = AntialiasOpset;
        var mode = new AttributeProto { Name = "mode", Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8("linear") };
        return Node("Resize", "resize", [x, "", "", size], mode, Attribute("antialias", 1), Attribute("exclude_outside", 1), Attribute("axes", [2, 3]));
    }

    /// <summary>Part of images [B, C, H, W].</summary>
    /// <param name="x">The images.</param>
    /// <param name="start">Value with the first row and the first column, integers.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    public string Crop(string x, string start, long height, long width) =>
        Node("Slice", "crop", [x, start, Add(start, Integers([height, width])), Integers([2, 3])]);

    /// <summary>Rows of a matrix [B, D] brought to unit length: x / max(‖x‖, epsilon).</summary>
    public string UnitLength(string x, float epsilon) =>
        Divide(x, Max(Node("Sqrt", "length", [SumOfRows(Multiply(x, x))]), Scalar(epsilon)));

    public string MatMul(string x, string y) => Node("MatMul", "matmul", [x, y]);

    /// <summary>Softmax over the last axis.</summary>
    public string Softmax(string x) => Node("Softmax", "softmax", [x], Attribute("axis", -1));

    /// <summary>The exact GELU: x/2 · (1 + erf(x/√2)). The operator of its own came with opset 20.</summary>
    public string Gelu(string x)
    {
        string cumulative = Add(Node("Erf", "erf", [Multiply(x, Scalar((float)Math.Sqrt(0.5)))]), Scalar(1));
        return Multiply(Multiply(x, cumulative), Scalar(0.5f));
    }

    /// <summary>x · weightᵀ + bias on a matrix [B, D].</summary>
    public string Gemm(string x, string weight, string bias) => Node("Gemm", "gemm", [x, weight, bias], Attribute("transB", 1));

    /// <summary>For each row of a matrix [B, C] the column of its largest value, of equal ones the first: [B].</summary>
    public string ArgMax(string x) => Node("ArgMax", "argmax", [x], Attribute("axis", 1), Attribute("keepdims", 0));

    /// <summary>For each index [B] the text at that place: [B].</summary>
    public string TextAt(string name, IReadOnlyList<string> texts, string indices)
    {
        var initializer = new TensorProto { Name = Unique(name), DataType = (int)TensorProto.Types.DataType.String };
        initializer.Dims.Add(texts.Count);
        initializer.StringData.AddRange(texts.Select(ByteString.CopyFromUtf8));
        Graph.Initializer.Add(initializer);
        return Node("Gather", "gather", [initializer.Name, indices]);
    }

    /// <summary>Another shape; 0 keeps an axis, −1 takes what is left.</summary>
    public string Reshape(string x, params ReadOnlySpan<long> shape) => Node("Reshape", "reshape", [x, Integers(shape)]);

    public string Transpose(string x, params ReadOnlySpan<long> axes) => Node("Transpose", "transpose", [x], Attribute("perm", axes));

    public string Concat(long axis, params ReadOnlySpan<string> values) => Node("Concat", "concat", values, Attribute("axis", axis));

    /// <summary>One index of an axis, which goes away.</summary>
    public string Gather(string x, long index, long axis) =>
        Node("Gather", "gather", [x, AddInitializer("index", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes([index]), [])], Attribute("axis", axis));

    /// <summary>Repeats a value [1, …] for every row of another value's batch, known or not when the graph is written.</summary>
    public string ExpandToBatch(string value, string like, params ReadOnlySpan<long> rest) =>
        Node("Expand", "expand", [value, Concat(0, Shape(like, 0, 1), Integers(rest))]);

    /// <summary>Gives a value the name that the outside knows it by.</summary>
    /// <param name="x">The value.</param>
    /// <param name="outputName">One of the reserved names.</param>
    public void Rename(string x, string outputName)
    {
        var node = new NodeProto { OpType = "Identity", Name = outputName };
        node.Input.Add(x);
        node.Output.Add(outputName);
        Graph.Node.Add(node);
    }

    private string Integers(ReadOnlySpan<long> values) =>
        AddInitializer("shape", TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes(values), values.Length);

    private string AddInitializer(string name, TensorProto.Types.DataType type, ReadOnlySpan<byte> bytes, params ReadOnlySpan<long> shape)
    {
        // raw_data is little-endian by the standard, as is every platform that torch runs on.
        var initializer = new TensorProto { Name = Unique(name), DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        initializer.Dims.AddRange(shape.ToArray());
        Graph.Initializer.Add(initializer);
        return initializer.Name;
    }

    private string Node(string operation, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = operation, Name = Unique(name) };
        node.Input.AddRange(inputs.ToArray());
        node.Output.Add(node.Name);
        node.Attribute.AddRange(attributes.ToArray());
        Graph.Node.Add(node);
        return node.Name;
    }

    private string Unique(string name)
    {
        string unique = name;
        for (int i = 1; !_names.Add(unique); i++)
            unique = $"{name}_{i}";
        return unique;
    }

    private static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    private static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }
}
