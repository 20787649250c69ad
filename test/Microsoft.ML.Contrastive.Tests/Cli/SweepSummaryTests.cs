using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Cli;

public sealed partial class SweepSummaryTests
{
    [Fact]
    public void The_interval_of_paired_differences_is_Students()
    {
        // Differences .01, .03, .02: mean .02, deviation .01, t(.975, 2) = 4.30265, half width 4.30265·.01/√3.
        PairedDifference difference = PairedDifference.Of(
            new Dictionary<int, double> { [1] = 0.51, [2] = 0.63, [3] = 0.42, [4] = double.NaN, [5] = 0.9 },
            new Dictionary<int, double> { [1] = 0.50, [2] = 0.60, [3] = 0.40, [4] = 0.5, [6] = 0.1 });
        Assert.Equal(3, difference.Count);
        Assert.Equal(0.02, difference.Mean, 12);
        Assert.Equal(0.0248414, difference.HalfWidth, 7);
    }

    [Fact]
    public void One_pair_has_no_interval()
    {
        PairedDifference difference = PairedDifference.Of(new Dictionary<int, double> { [1] = 0.5 }, new Dictionary<int, double> { [1] = 0.4 });
        Assert.Equal((1, double.NaN), (difference.Count, difference.HalfWidth));
    }

    [Fact]
    public void Tables_come_from_the_rows()
    {
        string[] rows =
        [
            "cifar10,random,r,0,1,rrc,0.25,0.3",
            "cifar10,simclr,r,5,1,rrc,0.50,0.60", "cifar10,simclr,r,5,2,rrc,0.60,0.70", "cifar10,simclr,r,5,3,rrc,0.40,0.50",
            "cifar10,simclr,r,5,1,joint,0.51,NaN", "cifar10,simclr,r,5,2,joint,0.63,NaN", "cifar10,simclr,r,5,3,joint,0.42,NaN",
            "cifar10,simclr,r,5,1,joint(-1),0.40,0.60", "cifar10,simclr,r,5,1,marginal,0.50,0.60", "cifar10,simclr,r,5,1,independent,0.50,0.60",
        ];
        using var output = new StringWriter();
        new SweepSummary([.. rows.Select(SweepRow.Parse)], markdown: true).Write(output);
        string text = Spaces().Replace(output.ToString(), " ");
        Assert.Contains("| method | epochs | rrc | independent | marginal | joint | joint(-1) |", text, StringComparison.Ordinal);
        Assert.Contains("| random | 0 | 25.00 ± – | – |", text, StringComparison.Ordinal);
        Assert.Contains("| simclr | 5 | 50.00 ± 10.00 | 50.00 ± – |", text, StringComparison.Ordinal);
        Assert.Contains("| simclr | 5 | joint − rrc | +2.00 | −0.48 … +4.48 | 3 |", text, StringComparison.Ordinal);
        Assert.Contains("| simclr | 5 | joint(-1) − marginal | −10.00 | – | 1 |", text, StringComparison.Ordinal);
        Assert.Contains("| simclr | 5 | joint − independent | +1.00 | – | 1 |", text, StringComparison.Ordinal);
        Assert.DoesNotContain("independent − marginal", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rrc", typeof(RandomResizedCrop))]
    [InlineData("independent", typeof(IndependentCrop))]
    [InlineData("marginal", typeof(MarginalOnlyCrop))]
    [InlineData("joint", typeof(JointCrop))]
    public void Arms_differ_in_the_crops_of_the_first_two_views_alone(string name, Type crop)
    {
        ContrastivePreset preset = ContrastivePreset.All.First(p => p.Views.Count > 2);
        ViewArm arm = Assert.Single(ViewArm.Parse(name, [0]));
        PlannedStep[] steps = [.. arm.Steps(preset)];
        Assert.All([0, 1], view => Assert.IsType(crop, steps.Single(step => step.Step is CropStep && step.Views.Contains(view)).Step));
        Assert.All(Enumerable.Range(2, preset.Views.Count - 2), view => Assert.Same(preset.Views[view].Crop, steps.Single(step => step.Step is CropStep && step.Views.Contains(view)).Step));
        Assert.Equal(preset.Steps.Where(step => step.Step is not CropStep).Select(step => step.Step), steps.Where(step => step.Step is not CropStep).Select(step => step.Step));
        RandomCrop first = Assert.IsAssignableFrom<RandomCrop>(steps[0].Step);
        Assert.Equal((preset.Views[0].Crop.OutputSize, preset.Views[0].Crop.Scale, preset.Views[0].Crop.AspectRatio, preset.Views[0].Crop.Filter), (first.OutputSize, first.Scale, first.AspectRatio, first.Filter));
    }

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
