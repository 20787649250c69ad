using BenchmarkDotNet.Attributes;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Rendering a view into a batch, on one thread. The mean is over the recipes of 256 rows, since their cost differs.</summary>
[InProcess]
[MemoryDiagnoser]
public class ViewRendering
{
    private const int Rows = 256;

    private readonly ViewRenderer _renderer = new();
    private byte[] _source = [];
    private float[] _view = [];
    private ViewRecipe[] _cropped = [], _full = [];

    /// <summary>Side of the source image in pixels.</summary>
    public int SourceSide => Sides == "96 to 96" ? 96 : 256;

    /// <summary>Side of the view in pixels.</summary>
    public int ViewSide => Sides == "96 to 96" ? 96 : 224;

    /// <summary>STL-10's sides and ImageNet's.</summary>
    [Params("96 to 96", "256 to 224")]
    public string Sides { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _source = SyntheticImages.Pixels(SourceSide, seed: 1);
        _view = new float[3 * ViewSide * ViewSide];
        var crop = new JointCrop { OutputSize = new(ViewSide, ViewSide) };
        (_cropped, _full) = (Recipes(Plans.Cropped(crop)), Recipes(Plans.Full(crop)));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = 2 * Rows)]
    public float Crop() => Render(_cropped);

    [Benchmark(OperationsPerInvoke = 2 * Rows)]
    public float AllSteps() => Render(_full);

    private float Render(ViewRecipe[] recipes)
    {
        var source = new RgbImage(_source, SourceSide, SourceSide);
        foreach (ref readonly ViewRecipe recipe in recipes.AsSpan())
            _renderer.Render(source, recipe, PixelNormalization.ImageNet, _view);
        return _view[0];
    }

    private ViewRecipe[] Recipes(ViewPlan plan)
    {
        var recipes = new ViewRecipe[2 * Rows];
        for (int row = 0; row < Rows; row++)
            plan.Sample(plan.KeyOf(epoch: 0, (ulong)row), new ImageSize(SourceSide, SourceSide), recipes.AsSpan(2 * row, 2));
        return recipes;
    }
}
