using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Plots;

namespace Instruments;

/// <summary>What the crops of the four arms do to pairs: no image and no encoder is needed.</summary>
internal static class Laws
{
    // A square of the size that the crops become. Distances and overlaps depend on the shape: see docs/joint-augmentation.md.
    private static readonly ImageSize Image = new(224, 224);

    public static void Draw(string folder)
    {
        (string Name, CropStep Crop)[] arms =
        [
            ("RandomResizedCrop", new RandomResizedCrop { OutputSize = Image }),
            ("IndependentCrop", new IndependentCrop { OutputSize = Image }),
            ("MarginalOnly", new MarginalOnlyCrop { OutputSize = Image }),
            ("JointCrop(0)", new JointCrop { OutputSize = Image }),
        ];
        (string Name, PairStatistics Pairs)[] drawn = [.. arms.Select(arm => (arm.Name, Pairs(arm.Crop)))];
        foreach ((string name, PairStatistics pairs) in drawn)
            Console.WriteLine($"{name}\n  {pairs.Histogram(PairQuantity.LogAreaRatio)}\n  {pairs.Histogram(PairQuantity.CentreDistance)}\n  {pairs.Histogram(PairQuantity.Overlap)}");

        PairFigure.Create(
            ((double[])[-2, -1, 0, 1, 2]).Select(beta => ($"β = {beta}", Pairs(new JointCrop { OutputSize = Image, Beta = beta }).Histogram(PairQuantity.LogAreaRatio))),
            "JointCrop: area ratio by β").SavePng(Path.Combine(folder, "laws.png"));
        foreach ((string file, PairQuantity quantity) in ((string, PairQuantity)[])[("area-ratio", PairQuantity.LogAreaRatio), ("distance", PairQuantity.CentreDistance), ("overlap", PairQuantity.Overlap)])
            PairFigure.Create(drawn.Select(arm => (arm.Name, arm.Pairs.Histogram(quantity)))).SavePng(Path.Combine(folder, $"{file}.png"));
        PairFigure.Create([("drawn", Pairs(new IndependentCrop { OutputSize = Image }).Histogram(PairQuantity.LogAreaRatio))], "Independent areas, 0.2 to 1").SavePng(Path.Combine(folder, "independent.png"));
    }

    private static PairStatistics Pairs(CropStep crop) => PairStatistics.Sample(ViewPlan.Create(seed: 1, ["View1", "View2"]).Append(crop), Image);
}
