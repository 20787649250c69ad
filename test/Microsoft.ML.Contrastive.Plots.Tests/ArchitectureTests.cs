using Mono.Cecil;

namespace Microsoft.ML.Contrastive.Plots.Tests;

/// <summary>What the compiled assembly may refer to.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void The_assembly_needs_the_library_OxyPlot_and_SkiaSharp_alone()
    {
        using var module = ModuleDefinition.ReadModule(typeof(Figure).Assembly.Location);
        Assert.Empty(module.AssemblyReferences.Select(r => r.Name).Where(name => !name.StartsWith("System.", StringComparison.Ordinal)).Except(["Microsoft.ML.Contrastive", "OxyPlot", "SkiaSharp"]));
        Assert.Equal(new Version(2, 88), new Version(module.AssemblyReferences.Single(r => r.Name == "SkiaSharp").Version.ToString(2)));
    }

    [Fact]
    public void Nothing_of_OxyPlot_or_SkiaSharp_shows_in_the_public_surface()
    {
        IEnumerable<Type> shown = typeof(Figure).Assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods().SelectMany(m => m.GetParameters().Select(p => p.ParameterType).Append(m.ReturnType)).Append(type.BaseType ?? typeof(object)));
        Assert.DoesNotContain(shown, type => type.Assembly.GetName().Name is "OxyPlot" or "SkiaSharp");
    }

    [Fact]
    public void The_library_does_not_know_the_plots()
    {
        using var module = ModuleDefinition.ReadModule(typeof(ContrastiveCatalog).Assembly.Location);
        Assert.DoesNotContain(module.AssemblyReferences, r => r.Name.StartsWith("OxyPlot", StringComparison.Ordinal) || r.Name.EndsWith(".Plots", StringComparison.Ordinal));
    }
}
