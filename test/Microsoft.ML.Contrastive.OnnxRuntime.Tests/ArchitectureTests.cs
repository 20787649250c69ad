using Mono.Cecil;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

/// <summary>What the compiled assembly may refer to.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void The_assembly_needs_neither_torch_nor_the_library()
    {
        using var module = ModuleDefinition.ReadModule(typeof(OnnxEncoderTransformer).Assembly.Location);
        string[] allowed =
        [
            "Microsoft.ML.Core", "Microsoft.ML.Data", "Microsoft.ML.DataView", "Microsoft.ML.StandardTrainers", "Microsoft.ML.Transforms", "Microsoft.ML.ImageAnalytics",
            "Microsoft.ML.OnnxTransformer", "Microsoft.ML.OnnxRuntime", "Microsoft.Extensions.AI.Abstractions", "OnnxSharp", "Google.Protobuf", "SkiaSharp",
        ];
        Assert.Empty(module.AssemblyReferences.Select(r => r.Name).Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).Except(allowed));
    }

    [Fact]
    public void An_application_with_it_gets_no_torch()
    {
        // The tests' own folder: what a restore of this package brings.
        Assert.DoesNotContain(
            Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories).Select(Path.GetFileName),
            file => file!.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Nothing_of_ONNX_Runtime_shows_in_the_public_surface()
    {
        IEnumerable<Type> shown = typeof(OnnxEncoderTransformer).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods().SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType)));
        Assert.DoesNotContain(shown, type => type.Assembly.GetName().Name is "Microsoft.ML.OnnxRuntime" or "OnnxSharp" or "SkiaSharp");
    }
}
