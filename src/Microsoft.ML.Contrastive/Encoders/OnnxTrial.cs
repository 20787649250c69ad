using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>A model that was just written, run by ONNX Runtime on images made up for it, beside what is known in memory for them.</summary>
internal sealed class OnnxTrial : IDisposable
{
    private const int ImagesCompared = 4;

    private readonly InferenceSession _session;
    private readonly OnnxExportOptions _options;
    private readonly IDisposableReadOnlyCollection<DisposableNamedOnnxValue> _outputs;

    public OnnxTrial(byte[] model, ImageSize size, OnnxExportOptions options)
    {
        _options = options;
        Images = TrialImages.Noise(size, options.FixedBatch ?? ImagesCompared);
        _session = OnnxSession.Open(model);
        _outputs = Run(Images);
    }

    /// <summary>The images, of the size that the encoder takes.</summary>
    public TrialImages Images { get; }

    /// <summary>Largest difference met in the comparisons.</summary>
    public double LargestDeviation { get; private set; }

    /// <summary>Inputs of the model.</summary>
    public IReadOnlyList<OnnxTensor> Inputs => Describe(_session.InputMetadata);

    /// <summary>Outputs of the model.</summary>
    public IReadOnlyList<OnnxTensor> Outputs => Describe(_session.OutputMetadata);

    /// <summary>Compares an output with what it should be, and throws where it differs by more than the options allow.</summary>
    public void Compare(string output, float[] expected)
    {
        float[] values = Floats(_outputs, output);
        if (values.Length != expected.Length)
            throw new InvalidOperationException($"The exported model gave {values.Length} values of '{output}'; {expected.Length} were expected.");
        double deviation = values.Zip(expected, (v, e) => float.IsFinite(v) ? Math.Abs(v - e) : double.PositiveInfinity).Max();
        double tolerance = _options.ToleranceFor(expected.Max(Math.Abs));
        if (!(deviation <= tolerance))
        {
            throw new InvalidOperationException(
                $"The exported model differs from the encoder by {deviation:G3} in '{output}', more than the tolerance of {tolerance:G3} "
                    + $"({nameof(OnnxExportOptions)}.{nameof(OnnxExportOptions.Tolerance)}); it was not written.");
        }

        LargestDeviation = Math.Max(LargestDeviation, deviation);
    }

    /// <summary>The values of an output of text.</summary>
    public string[] Texts(string output) => [.. _outputs.Single(o => o.Name == output).AsTensor<string>()];

    /// <summary>The features of raw images of any size, as many as the trial's.</summary>
    public float[] FeaturesOf(TrialImages images)
    {
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = Run(images);
        return Floats(outputs, _options.OutputName);
    }

    public void Dispose()
    {
        _outputs.Dispose();
        _session.Dispose();
        Images.Dispose();
    }

    private IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Run(TrialImages images) => _session.Run(
    [
        _options.RawImageInput
            ? NamedOnnxValue.CreateFromTensor(_options.InputName, new DenseTensor<byte>(images.Pixels, [images.Count, images.Size.Height, images.Size.Width, 3]))
            : NamedOnnxValue.CreateFromTensor(_options.InputName, new DenseTensor<float>(images.Planes(), [images.Count, 3, images.Size.Height, images.Size.Width])),
    ]);

    private static float[] Floats(IEnumerable<NamedOnnxValue> outputs, string name) => [.. outputs.Single(o => o.Name == name).AsTensor<float>()];

    private static OnnxTensor[] Describe(IReadOnlyDictionary<string, NodeMetadata> tensors) =>
    [
        .. tensors.Select(
            t => new OnnxTensor(
                t.Key, t.Value.ElementDataType.ToString(), string.Join(", ", t.Value.Dimensions.Zip(t.Value.SymbolicDimensions, (length, name) => length < 0 ? name : $"{length}")))),
    ];
}
