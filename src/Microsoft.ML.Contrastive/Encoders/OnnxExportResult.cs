namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What an export wrote, and how far it is from the network in memory.</summary>
/// <param name="LargestDeviation">Largest difference between a value of the file, run by ONNX Runtime, and in memory, over all outputs and the images compared.</param>
/// <param name="LargestFeature">Largest absolute value of a feature in that comparison: the scale to read <paramref name="LargestDeviation"/> on.</param>
/// <param name="FileSize">Bytes of the model.</param>
/// <param name="Opset">Version of ONNX's standard operator set that the model needs: 17, or 18 with raw images as input.</param>
/// <param name="Inputs">The inputs, as ONNX Runtime reads them.</param>
/// <param name="Outputs">The outputs, as ONNX Runtime reads them.</param>
public sealed record OnnxExportResult(
    double LargestDeviation, double LargestFeature, long FileSize, int Opset, IReadOnlyList<OnnxTensor> Inputs, IReadOnlyList<OnnxTensor> Outputs)
{
    /// <summary>
    /// For raw images as input: how far features of images that are resized in the graph are from those that the encoder gives in memory, whose images ML.NET
    /// resizes: ‖f − f′‖ / ‖f′‖ over made-up images of photographs' smoothness, 1.4 to 3 times as large as the encoder's. Else <see langword="null"/>.
    /// </summary>
    public double? RawImageDeviation { get; init; }

    /// <summary>A line for logs.</summary>
    public override string ToString() =>
        FormattableString.Invariant(
            $"{string.Join(", ", Inputs)} → {string.Join(", ", Outputs)}; {FileSize:N0} bytes, opset {Opset}; largest deviation {LargestDeviation:G3} where features reach {LargestFeature:G3}")
        + (RawImageDeviation is { } raw ? FormattableString.Invariant($"; {raw:P1} from ML.NET's resizing") : "");
}

/// <summary>An input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">What it holds, e.g. "Float", "UInt8" or "String".</param>
/// <param name="Shape">Its shape, names where a run decides: e.g. "batch, 3, 96, 96".</param>
public sealed record OnnxTensor(string Name, string ElementType, string Shape)
{
    /// <summary>Name, element type and shape.</summary>
    public override string ToString() => $"{Name} {ElementType} [{Shape}]";
}
