using System.Reflection;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>The packages with which a saved model runs: ML.NET's own, and natives for Linux.</summary>
internal static class StockPackages
{
    /// <summary>Names and versions, those that this tool was built with.</summary>
    public static IReadOnlyList<(string Package, string Version)> All { get; } =
    [
        ("Microsoft.ML", Version("MicrosoftMLVersion")),
        ("Microsoft.ML.ImageAnalytics", Version("MicrosoftMLVersion")),
        ("Microsoft.ML.OnnxTransformer", Version("MicrosoftMLVersion")),
        ("Microsoft.ML.OnnxRuntime", Version("OnnxRuntimeVersion")),
        ("SkiaSharp", Version("SkiaSharpVersion")),
        ("SkiaSharp.NativeAssets.Linux.NoDependencies", Version("SkiaSharpVersion")),
    ];

    private static string Version(string property) => typeof(StockPackages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == property).Value!;
}
