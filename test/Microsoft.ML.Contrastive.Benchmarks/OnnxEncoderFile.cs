using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>An encoder with fresh weights as an ONNX file, and ONNX Runtime alone on it: batches of pixels that are there already, features that nobody reads.</summary>
internal sealed class OnnxEncoderFile : IDisposable
{
    private readonly InferenceSession _session;
    private readonly float[] _pixels;
    private readonly long[] _shape;

    /// <summary>Writes the file and opens it.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="backbone">The network.</param>
    /// <param name="side">Width and height of its images.</param>
    /// <param name="batchSize">Images that ONNX Runtime is given at once.</param>
    public OnnxEncoderFile(string path, Backbone backbone, int side, int batchSize)
    {
        Export(path, backbone, side);
        Path = path;
        _session = new InferenceSession(path);
        _pixels = [.. Enumerable.Repeat(100f, batchSize * 3 * side * side)];
        _shape = [batchSize, 3, side, side];
    }

    public string Path { get; }

    /// <summary>Encodes as many batches as hold so many images.</summary>
    public void Encode(int images)
    {
        using OrtValue pixels = OrtValue.CreateTensorValueFromMemory(_pixels, _shape);
        using var options = new RunOptions();
        for (long row = 0; row < images; row += _shape[0])
            _session.Run(options, ["image"], [pixels], ["features"]).Dispose();
    }

    public void Dispose() => _session.Dispose();

    private static void Export(string path, Backbone backbone, int side)
    {
        Seams.TorchRuntime.EnsureLoaded();
        BackboneModule module = backbone.Create();
        module.eval();
        using var encoder = new ContrastiveEncoderTransformer(
            new MLContext(), new EncoderNetwork(module, PixelNormalization.ImageNet, new ImageSize(side, side), torch.CPU), "Features", "Image");
        encoder.ExportToOnnx(path);
    }
}
