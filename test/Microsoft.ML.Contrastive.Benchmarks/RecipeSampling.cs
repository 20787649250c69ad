using BenchmarkDotNet.Attributes;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Drawing the recipes of the two views of a row, crop by crop; flip, colour, grayscale and blur are in all of them.</summary>
[InProcess]
[MemoryDiagnoser]
public class RecipeSampling
{
    private static readonly ImageSize Source = new(256, 256), View = new(224, 224);

    private readonly ViewRecipe[] _recipes = new ViewRecipe[2];
    private readonly ViewPlan _baseline = Plans.Full(new RandomResizedCrop { OutputSize = View });
    private readonly ViewPlan _independent = Plans.Full(new IndependentCrop { OutputSize = View });
    private readonly ViewPlan _joint = Plans.Full(new JointCrop { OutputSize = View });
    private readonly ViewPlan _jointBeta = Plans.Full(new JointCrop { OutputSize = View, Beta = 1 });
    private ulong _row;

    [Benchmark(Baseline = true)]
    public double RandomResizedCrop() => Sample(_baseline);

    [Benchmark]
    public double IndependentCrop() => Sample(_independent);

    [Benchmark]
    public double JointCrop() => Sample(_joint);

    [Benchmark]
    public double JointCropBeta1() => Sample(_jointBeta);

    private double Sample(ViewPlan plan)
    {
        plan.Sample(plan.KeyOf(epoch: 0, _row++), Source, _recipes);
        return _recipes[1].Scale;
    }
}
