using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

/// <summary>What docs/from-the-paper.md says, as it says it.</summary>
public sealed partial class FromThePaperPageTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 1, perClass: 2);
    private readonly StringWriter _printed = new();

    public void Dispose()
    {
        _folder.Dispose();
        _printed.Dispose();
    }

    [Fact]
    public void The_pages_code_counts_the_released_laws_and_puts_one_into_a_preset()
    {
        const string Page = "docs/from-the-paper.md";
        DocumentedCode.AssertExecutedBy(Page);
        var mlContext = new MLContext(seed: 1);
        StringWriter Console = _printed;

        string[] views = ["View1", "View2"];
        var size = new ImageSize(224, 224);
        foreach (JointCrop crop in new[] { new JointCrop { OutputSize = size }, JointCrop.Released2025May(size), JointCrop.Released2025April(size), JointCrop.Released2024(size) })
        {
            ViewPlan plan = ViewPlan.Create(seed: 1, views).Append(crop, views);
            Console.WriteLine(PairStatistics.Sample(plan, size).Histogram(PairQuantity.LogAreaRatio));
        }

        ContrastivePreset preset = ContrastivePreset.ByName("mocov3", "imagenet-100ep");
        var pipeline = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.CropViews(views, "Image", JointCrop.Released2024(size)));
        foreach (var planned in preset.Steps.Where(planned => planned.Step is not CropStep))
            pipeline = pipeline.Append(mlContext.Transforms.AugmentViews([.. planned.Views.Select(v => views[v])], planned.Step));
        var pretraining = pipeline.Append(mlContext.Contrastive().Trainers.ContrastivePretrain(preset.ToTrainerOptions()));

        string drawn = string.Join(", ", Console.ToString().Split("beyond 2:1 ").Skip(1).Select(line => line.Split('%')[0]));
        Assert.Equal(drawn, string.Join(", ", DrawnShare().Matches(Documentation.Pages.Text(Page)).Select(row => row.Groups["share"].Value)));
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(_folder.Path);
        ViewPlan released = pipeline.Fit(photos).Transform(photos).Schema["View1"].GetViewPlan()!;
        Assert.Equal(new ReleasedLaw(ReleasedLaw.Offset2024), Assert.IsType<JointCrop>(released.Steps[0].Step).Law);
        Assert.Equal(preset.Steps.Count(planned => planned.Views.Contains(0)), released.Steps.Length);
        Assert.NotNull(pretraining);
    }

    /// <summary>The last column of the page's table of pairs.</summary>
    [GeneratedRegex(@"\| (?<share>[0-9.]+) % \|$", RegexOptions.Multiline)]
    private static partial Regex DrawnShare();
}
