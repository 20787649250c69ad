using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>Where networks are trained and run: ML.NET's settings <c>GpuDeviceId</c> and <c>FallbackToCpu</c> decide.</summary>
internal static class TorchDevice
{
    /// <exception cref="InvalidOperationException">A GPU was asked for, is not there, and falling back to the CPU is not allowed.</exception>
    public static Device Select(MLContext context, IChannel channel)
    {
        TorchRuntime.EnsureLoaded();
        if (context.GpuDeviceId is not { } id)
            return CPU;
        int devices = cuda.is_available() ? cuda.device_count() : 0;
        if (id >= 0 && id < devices)
            return new Device($"cuda:{id}");
        string problem = devices == 0
            ? $"MLContext.GpuDeviceId is {id}, but torch finds no CUDA device (the application may carry the CPU build: see TorchBackend)"
            : $"MLContext.GpuDeviceId is {id}; allowed are 0 to {devices - 1}";
        if (!context.FallbackToCpu)
            throw new InvalidOperationException($"{problem}. Choose another device, or set MLContext.FallbackToCpu = true.");
        channel.Warning(MessageSensitivity.None, "{0}", $"{problem}; the CPU is used, as MLContext.FallbackToCpu allows.");
        return CPU;
    }
}
