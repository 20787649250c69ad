using Google.Protobuf;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.OnnxRuntime;
using Onnx;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>An encoder's ONNX file as ML.NET's own scorer wants it: one image a run, names equal to the columns', features a vector [D] without further dimensions.</summary>
internal static class StockModel
{
    /// <summary>How much the features of an image may differ, by itself and as one of a batch, for the largest of them or 1.</summary>
    private const float Tolerance = 1e-4f;

    /// <summary>The bytes of that model.</summary>
    /// <param name="encoder">The file.</param>
    /// <param name="inputColumn">Column of pixels.</param>
    /// <param name="outputColumn">Column of features.</param>
    /// <remarks>A file with a fixed batch of n often works for 1 all the same, which is tried; where its nodes insist on n, an image is repeated n times.</remarks>
    public static byte[] Write(OnnxEncoderModel encoder, string inputColumn, string outputColumn)
    {
        byte[] model = Write(encoder, inputColumn, outputColumn, encoder.FixedBatch ?? 1);
        if (encoder.FixedBatch is null or 1)
            return model;
        byte[] ofOne = Write(encoder, inputColumn, outputColumn, repetitions: 1);
        float[] pixels = new float[encoder.PixelCount];
        var random = new Random(1);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = random.Next(256);
        long[] shape = [1, 3, encoder.Height, encoder.Width];
        return Features(model, pixels, shape) is { } expected && Features(ofOne, pixels, shape) is { } features && Agree(expected, features) ? ofOne : model;
    }

    private static bool Agree(float[] expected, float[] features) =>
        expected.Length == features.Length && expected.Zip(features, (e, f) => Math.Abs(e - f)).Max() <= Tolerance * Math.Max(1, expected.Max(Math.Abs));

    /// <summary>What a model gives; nothing where it does not run.</summary>
    private static float[]? Features(byte[] model, float[] pixels, long[] shape)
    {
        try
        {
            using InferenceSession session = OnnxSession.Open(model, () => new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL });
            using OrtValue images = OrtValue.CreateTensorValueFromMemory(pixels, shape);
            using var run = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [images], session.OutputNames);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
    }

    private static byte[] Write(OnnxEncoderModel encoder, string inputColumn, string outputColumn, int repetitions)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(encoder.Bytes);
        GraphProto graph = model.Graph;
        ValueInfoProto input = graph.Input.Single(value => value.Name == encoder.InputName);
        // The columns' names may already be those of other values in the graph.
        string Renamed(string name) => $"{name}/encoder";
        foreach (string name in (string[])[inputColumn, outputColumn])
            Rename(graph, name, Renamed(name));
        string Current(string name) => name == inputColumn || name == outputColumn ? Renamed(name) : name;

        graph.Input.Remove(input);
        graph.Input.Insert(0, Value(inputColumn, 1, 3, encoder.Height, encoder.Width));
        graph.Output.Clear();
        graph.Output.Add(Value(outputColumn, encoder.FeatureDimension));

        string images = Current(encoder.InputName), features = Current(encoder.OutputName);
        if (repetitions > 1)
        {
            graph.Initializer.Add(Constant("stock/batch", repetitions, 3, encoder.Height, encoder.Width));
            graph.Node.Insert(0, Node("Expand", images, inputColumn, "stock/batch"));
            TensorProto first = Constant("stock/first", 0);
            graph.Initializer.Add(first);
            graph.Node.Add(Node("Gather", "stock/row", features, first.Name));
            features = "stock/row";
        }
        else
        {
            // They speak of the fixed batch.
            graph.ValueInfo.Clear();
            graph.Node.Insert(0, Node("Identity", images, inputColumn));
        }

        graph.Initializer.Add(Constant("stock/shape", encoder.FeatureDimension));
        graph.Node.Add(Node("Reshape", outputColumn, features, "stock/shape"));
        return model.ToByteArray();
    }

    private static void Rename(GraphProto graph, string from, string to)
    {
        foreach (ValueInfoProto value in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).Where(v => v.Name == from))
            value.Name = to;
        foreach (TensorProto tensor in graph.Initializer.Where(t => t.Name == from))
            tensor.Name = to;
        foreach (NodeProto node in graph.Node)
        {
            Replace(node.Input);
            Replace(node.Output);
            foreach (AttributeProto attribute in node.Attribute)
            {
                // Branches and loops see the values around them.
                foreach (GraphProto inner in attribute.Graphs.Concat(attribute.G is { } one ? [one] : []))
                    Rename(inner, from, to);
            }
        }

        void Replace(IList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (names[i] == from)
                    names[i] = to;
            }
        }
    }

    private static NodeProto Node(string type, string output, params IEnumerable<string> inputs)
    {
        var node = new NodeProto { OpType = type, Name = $"stock/{type}" };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        return node;
    }

    private static TensorProto Constant(string name, params ReadOnlySpan<long> values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Int64 };
        tensor.Dims.Add(values.Length);
        foreach (long value in values)
            tensor.Int64Data.Add(value);
        return tensor;
    }

    private static ValueInfoProto Value(string name, params ReadOnlySpan<int> lengths)
    {
        var shape = new TensorShapeProto();
        foreach (int length in lengths)
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = length });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape } },
        };
    }
}
