using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// ONNX Runtime's reports to its makers: an identifier of the machine that it keeps, and events about the process and every model. Off unless asked for:
/// docs/decisions/0010-onnx-runtime-telemetry.md.
/// </summary>
internal static class OnnxTelemetry
{
    /// <summary>What the native library reads when its environment is made; up to 1.30 the first, the second in its newer sources. Windows reads neither.</summary>
    private static readonly string[] Variables = ["ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"];

    /// <summary>Switches them off for the process, unless the application has made ONNX Runtime's environment by itself or one of the variables is 0.</summary>
    public static void SwitchOff()
    {
        if (OrtEnv.IsCreated || Variables.Any(name => Environment.GetEnvironmentVariable(name) == "0"))
            return;
        // Alone, the call below comes too late: the environment that it needs has made the identifier and reported the process.
        foreach (string name in Variables)
            NativeEnvironment.SetDefault(name, "1");
        OrtEnv.Instance().DisableTelemetryEvents();
    }
}
