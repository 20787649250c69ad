using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// A trained backbone in evaluation mode with the normalisation in front of it. Reading weights is all that it does, so several threads
/// may encode at once.
/// </summary>
internal sealed class EncoderNetwork : IImageEncoder, IDisposable
{
    private readonly BackboneModule _backbone;
    private readonly Device _device;
    private readonly Tensor _mean;
    private readonly Tensor _std;

    /// <param name="backbone">The backbone, on the device.</param>
    /// <param name="normalization">What stands in front of it.</param>
    /// <param name="inputSize">Size of the images.</param>
    /// <param name="device">The device.</param>
    /// <param name="projector">The projection head that it was trained with, where that is kept.</param>
    public EncoderNetwork(BackboneModule backbone, PixelNormalization normalization, ImageSize inputSize, Device device, ProjectionHead? projector = null)
    {
        Projector = projector;
        _backbone = backbone;
        Normalization = normalization;
        InputSize = inputSize;
        _device = device;
        _mean = PerChannel(normalization.Mean);
        _std = PerChannel(normalization.Std);
    }

    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public BackboneModule Backbone => IsDisposed
        ? throw new ObjectDisposedException(
            nameof(ContrastiveEncoderTransformer), "The encoder has been disposed, and its weights with it. Dispose it after the last pipeline that holds it has been used.")
        : _backbone;

    public PixelNormalization Normalization { get; }

    /// <summary>The projection head of pretraining, where it was kept.</summary>
    public ProjectionHead? Projector { get; }

    public ImageSize InputSize { get; }

    public int FeatureDimension => _backbone.FeatureDimension;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features) => Encode(pixels, rows).CopyTo(features);

    /// <summary>Encodes a batch.</summary>
    /// <param name="pixels">Rows × 3 × H × W values 0 … 255.</param>
    /// <param name="rows">Number of images.</param>
    /// <returns>Rows × D values.</returns>
    public float[] Encode(ReadOnlySpan<float> pixels, int rows) => Run(pixels, rows, Backbone.forward);

    /// <summary>The last feature map of a batch, before it is pooled; only where the backbone has one.</summary>
    /// <param name="pixels">Rows × 3 × H × W values 0 … 255.</param>
    /// <param name="rows">Number of images.</param>
    /// <returns>Rows × C × h × w values.</returns>
    public float[] FeatureMap(ReadOnlySpan<float> pixels, int rows) => Run(pixels, rows, Backbone.FeatureMap);

    /// <summary>The projections of a batch, behind the projection head; only where there is one.</summary>
    /// <param name="pixels">Rows × 3 × H × W values 0 … 255.</param>
    /// <param name="rows">Number of images.</param>
    /// <returns>Rows × d values.</returns>
    public float[] Project(ReadOnlySpan<float> pixels, int rows) => Run(pixels, rows, images => Projector!.Project(Backbone.forward(images)));

    /// <summary>The projections as an encoder's output; only where there is a projection head.</summary>
    public IImageEncoder Projections => new EncoderOutput(Projector!.Dimension, Project);

    /// <summary>Tokens of a vision transformer as an encoder's output: see <see cref="VisionTransformer.Tokens"/>.</summary>
    public IImageEncoder Tokens(int classTokens, bool meanPatchToken) => new EncoderOutput(
        FeatureDimension * (classTokens + (meanPatchToken ? 1 : 0)),
        (pixels, rows) => Run(pixels, rows, images => ((VisionTransformer)Backbone).Tokens(images, classTokens, meanPatchToken)));

    /// <summary>Encodes images that are normalised already.</summary>
    /// <param name="normalized">[B, 3, H, W], on any device.</param>
    /// <returns>B × D values.</returns>
    public float[] Encode(Tensor normalized)
    {
        using IDisposable noGradients = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Floats(Backbone.forward(normalized.to(_device)));
    }

    public bool IsDisposed => _mean.IsInvalid;

    public void Dispose()
    {
        _backbone.Dispose();
        Projector?.Dispose();
        _mean.Dispose();
        _std.Dispose();
    }

    private float[] Run(ReadOnlySpan<float> pixels, int rows, Func<Tensor, Tensor> network)
    {
        using IDisposable noGradients = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor input = empty(rows, 3, InputSize.Height, InputSize.Width);
        pixels.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(input.bytes));
        return Floats(network(input.to(_device).Over(255).Minus(_mean).div(_std)));
    }

    private static float[] Floats(Tensor values) => values.cpu().contiguous().data<float>().ToArray();

    private Tensor PerChannel((float R, float G, float B) values) =>
        tensor(new[] { values.R, values.G, values.B }).reshape(1, 3, 1, 1).to(_device).DetachFromDisposeScope();
}
