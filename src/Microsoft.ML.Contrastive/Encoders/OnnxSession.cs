using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>Opens models with ONNX Runtime, whose native half is the application's choice.</summary>
internal static class OnnxSession
{
    /// <summary>Opens a model.</summary>
    /// <param name="model">The bytes of an .onnx file.</param>
    /// <param name="options">Where and how it is to run; on the CPU where left out.</param>
    /// <exception cref="InvalidOperationException">The native ONNX Runtime is missing; the message names the package.</exception>
    /// <exception cref="OnnxRuntimeException">The model is not one that ONNX Runtime can run.</exception>
    public static InferenceSession Open(byte[] model, Func<SessionOptions>? options = null)
    {
        try
        {
            OnnxTelemetry.SwitchOff();
            using SessionOptions chosen = options?.Invoke() ?? new SessionOptions();
            return new InferenceSession(model, chosen);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new InvalidOperationException(
                "The native ONNX Runtime was not found: this package brings the managed half only. Add the package Microsoft.ML.OnnxRuntime (or Microsoft.ML.OnnxRuntime.Gpu) to the application.", e);
        }
    }
}
