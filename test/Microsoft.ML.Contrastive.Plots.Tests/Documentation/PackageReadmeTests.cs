using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Tests;

namespace Microsoft.ML.Contrastive.Plots.Tests.Documentation;

/// <summary>The code of the page that the package carries, executed.</summary>
public sealed class PackageReadmeTests
{
    [Fact]
    public void The_code_of_the_page_runs()
    {
        DocumentedCode.AssertExecutedBy("src/Microsoft.ML.Contrastive.Plots/README.md");
        try
        {
            ViewPlan plan = ViewPlan.Create(seed: 1, ["View1", "View2"]).Append(new JointCrop { OutputSize = new ImageSize(96, 96), Beta = 0 });
            PairHistogram areas = PairStatistics.Sample(plan, new ImageSize(224, 224), pairs: 20_000).Histogram(PairQuantity.LogAreaRatio);
            PairFigure.Create([("JointCrop(0)", areas)], "Area ratios of positive pairs").SavePng("areas.png");
            Assert.NotEmpty(File.ReadAllBytes("areas.png"));
        }
        finally
        {
            File.Delete("areas.png");
        }
    }
}
