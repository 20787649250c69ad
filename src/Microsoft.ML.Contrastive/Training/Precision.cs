// Types of the standard, by the standard's names.
#pragma warning disable CA1720
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The numbers that networks calculate with in training. Weights, optimiser and losses are in single precision in any case.</summary>
public enum Precision
{
    /// <summary>
    /// <see cref="BFloat16"/> on a GPU and on a CPU that multiplies matrices of bfloat16 (AMX); otherwise <see cref="Float32"/>, since without such
    /// hardware bfloat16 saves memory and no time. GPUs before NVIDIA's Ampere only emulate bfloat16: choose <see cref="Float32"/> there.
    /// </summary>
    Auto,

    /// <summary>Single precision throughout.</summary>
    Float32,

    /// <summary>
    /// Mixed precision: convolutions and products of matrices in bfloat16, by torch's autocast (Micikevicius et al., "Mixed Precision Training", ICLR 2018; with the
    /// range of single precision, no loss scaling is needed). On Linux and macOS.
    /// </summary>
    BFloat16,
}

/// <summary>What <see cref="Precision.Auto"/> comes to.</summary>
internal static class Precisions
{
    /// <exception cref="PlatformNotSupportedException">bfloat16 was asked for, and torch's autocast cannot be reached.</exception>
    public static Precision Resolve(this Precision precision, DeviceType device)
    {
        if (precision == Precision.BFloat16 && !Autocast.IsSupported)
            throw new PlatformNotSupportedException(
                $"{nameof(TrainingOptions.Precision)} is {precision}, which needs torch's autocast; its entry points are not to be found on this system. Set it to "
                    + $"{Precision.Float32} or {Precision.Auto}.");
        if (precision != Precision.Auto)
            return precision;
        bool pays = device != DeviceType.CPU || Autocast.ProcessorMultipliesBFloat16;
        return pays && Autocast.IsSupported ? Precision.BFloat16 : Precision.Float32;
    }
}
