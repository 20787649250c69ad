using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// A trained backbone in evaluation mode with the normalisation in front of it. Reading weights is all that it does, so several threads
/// may encode at once.
/// </summary>
internal sealed class EncoderNetwork : IImageEncoder, IDisposable
{
    private readonly Device _device;
    private readonly Tensor _mean;
    private readonly Tensor _std;

    public EncoderNetwork(BackboneModule backbone, PixelNormalization normalization, ImageSize inputSize, Device device)
    {
        Backbone = backbone;
        Normalization = normalization;
        InputSize = inputSize;
        _device = device;
        _mean = PerChannel(normalization.Mean);
        _std = PerChannel(normalization.Std);
    }

    public BackboneModule Backbone { get; }

    public PixelNormalization Normalization { get; }

    public ImageSize InputSize { get; }

    public int FeatureDimension => Backbone.FeatureDimension;

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features)
    {
        using IDisposable noGradients = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor input = empty(rows, 3, InputSize.Height, InputSize.Width);
        pixels.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(input.bytes));
        Encode(input.to(_device).div(255f).sub(_mean).div(_std)).CopyTo(features);
    }

    /// <summary>Encodes images that are normalised already.</summary>
    /// <param name="normalized">[B, 3, H, W], on any device.</param>
    /// <returns>B × D values.</returns>
    public float[] Encode(Tensor normalized)
    {
        using IDisposable noGradients = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        return Backbone.forward(normalized.to(_device)).cpu().contiguous().data<float>().ToArray();
    }

    public bool IsDisposed => _mean.IsInvalid;

    public void Dispose()
    {
        Backbone.Dispose();
        _mean.Dispose();
        _std.Dispose();
    }

    private Tensor PerChannel((float R, float G, float B) values) =>
        tensor(new[] { values.R, values.G, values.B }).reshape(1, 3, 1, 1).to(_device).DetachFromDisposeScope();
}
