using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>A model that was just written, run by ONNX Runtime on images made up for it, beside what the network gives for them.</summary>
internal sealed class OnnxTrial : IDisposable
{
    private const int ImagesCompared = 4;

    private readonly InferenceSession _session;
    private readonly IDisposableReadOnlyCollection<DisposableNamedOnnxValue> _outputs;

    public OnnxTrial(byte[] model, EncoderNetwork network, OnnxExportOptions options)
    {
        int height = network.InputSize.Height, width = network.InputSize.Width;
        int batch = options.FixedBatch ?? ImagesCompared;
        // Noise around a gradient: every filter of the first layer sees something, and no two images are alike.
        var random = new Random(20250225);
        var pixels = new float[batch * 3 * height * width];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Math.Clamp(255f * (i % width) / width + random.Next(-96, 96), 0, 255);
        Features = new float[batch * network.FeatureDimension];
        network.Encode(pixels, batch, Features);

        _session = OnnxSession.Open(model);
        _outputs = _session.Run([NamedOnnxValue.CreateFromTensor(options.InputName, new DenseTensor<float>(pixels, [batch, 3, height, width]))]);
    }

    /// <summary>The network's features of the images.</summary>
    public float[] Features { get; }

    /// <summary>Largest difference of an output from what it should be.</summary>
    public float Deviation(string output, float[] expected)
    {
        float deviation = 0;
        int index = 0;
        foreach (float value in _outputs.Single(o => o.Name == output).AsTensor<float>())
            deviation = Math.Max(deviation, float.IsFinite(value) ? Math.Abs(value - expected[index++]) : float.PositiveInfinity);
        if (index != expected.Length)
            throw new InvalidOperationException($"The exported model gave {index} values of '{output}'; {expected.Length} were expected.");
        return deviation;
    }

    /// <summary>The values of an output of text.</summary>
    public string[] Texts(string output) => [.. _outputs.Single(o => o.Name == output).AsTensor<string>()];

    public void Dispose()
    {
        _outputs.Dispose();
        _session.Dispose();
    }
}
