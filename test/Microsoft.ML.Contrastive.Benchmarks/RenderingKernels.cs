using BenchmarkDotNet.Attributes;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>The renderer's stages one by one, on one thread.</summary>
[InProcess]
[MemoryDiagnoser]
public class RenderingKernels
{
    private Action _run = () => { };

    /// <summary>Names of the stages.</summary>
    public static IEnumerable<string> Stages => RenderingStages.Of(source: 1, view: 1).Select(stage => stage.Name);

    /// <summary>Side of source and view in pixels.</summary>
    [Params(32, 96, 224)]
    public int Side { get; set; }

    /// <summary>The stage.</summary>
    [ParamsSource(nameof(Stages))]
    public string Stage { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _run = RenderingStages.Of(Side, Side).Single(stage => stage.Name == Stage).Run;

    [Benchmark]
    public void Run() => _run();
}
