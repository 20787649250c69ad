using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The order in which networks lay images and convolution weights in memory. Results are the same up to rounding.</summary>
public enum MemoryFormat
{
    /// <summary>
    /// <see cref="ChannelsLast"/> for convolutional networks on the CPU, and on a GPU in <see cref="Precision.BFloat16"/>; otherwise <see cref="ChannelsFirst"/>.
    /// A rule, not a measurement: a resumed run must make the same choice.
    /// </summary>
    Auto,

    /// <summary>Batch, channel, row, column: torch's own.</summary>
    ChannelsFirst,

    /// <summary>Batch, row, column, channel ("NHWC"): what the kernels of CPUs and tensor cores work in, so that layers need not reorder.</summary>
    ChannelsLast,
}

/// <summary>What <see cref="MemoryFormat.Auto"/> comes to.</summary>
internal static class MemoryFormats
{
    public static MemoryFormat Resolve(this MemoryFormat format, Backbone backbone, Precision precision, DeviceType device) => format switch
    {
        // A vision transformer has one convolution, and that is a product of matrices.
        MemoryFormat.Auto => backbone.HasFeatureMap && (device == DeviceType.CPU || precision == Precision.BFloat16) ? MemoryFormat.ChannelsLast : MemoryFormat.ChannelsFirst,
        _ => format,
    };
}
