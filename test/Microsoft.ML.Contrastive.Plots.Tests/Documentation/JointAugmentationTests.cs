using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Plots.Tests.Documentation;

/// <summary>docs/joint-augmentation.md does what it says.</summary>
[Collection(nameof(JointAugmentationTests))]
public sealed partial class JointAugmentationTests : IDisposable
{
    private static readonly string Root = typeof(JointAugmentationTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-page-").FullName;
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly MLContext _context = new(seed: 1);

    // The page writes files beside itself.
    public JointAugmentationTests() => Directory.SetCurrentDirectory(_folder);

    public void Dispose()
    {
        Directory.SetCurrentDirectory(_before);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Every_block_of_the_page_is_compiled()
    {
        string compiled = Squeezed(File.ReadAllText(Path.Combine(Root, "test/Microsoft.ML.Contrastive.Plots.Tests/Documentation/JointAugmentationPage.cs")));
        string page = File.ReadAllText(Path.Combine(Root, "docs/joint-augmentation.md"));
        string[] blocks = [.. Block().Matches(page).Select(m => m.Groups[1].Value)];
        Assert.True(blocks.Length >= 10);
        Assert.All(blocks, block => Assert.Contains(Squeezed(block), compiled));
    }

    [Fact]
    public void Laws_are_counted_and_drawn()
    {
        (PairHistogram areas, double overlap) = JointAugmentationPage.Laws(Views());
        Assert.Equal(0.569, areas.TheoreticalShareBeyondTwo!.Value, 5e-4);
        Assert.InRange(overlap, 0.35, 0.45);
        Assert.Equal(["distance.svg", "law.png"], Directory.GetFiles(_folder, "*").Select(Path.GetFileName).Where(f => f!.StartsWith('d') || f.StartsWith('l')).Order());
    }

    [Fact]
    public void Recipes_are_saved_and_replayed()
    {
        IDataView views = Views();
        IDataView replayed = JointAugmentationPage.Recipes(_context, views);
        Assert.Equal(Pixels(views, "View2"), Pixels(replayed, "View2"));
    }

    [Fact]
    public void Difficulty_is_measured_and_a_beta_suggested()
    {
        IDataView views = Views();
        ITransformer encoder = Encoder();
        JointAugmentationPage.Measure(_context, views, encoder);
        Assert.True(File.Exists("hardest.png"));
        (DifficultyCurve ratios, double difference, double error) = JointAugmentationPage.Curves(_context, views, encoder);
        Assert.Equal(9, ratios.Points.Count);
        Assert.True(File.Exists("difficulty.png"));
        Assert.True(error > 0 && difference is > -2 and < 2);
        Assert.Equal(9, JointAugmentationPage.Suggestion(_context, views, encoder).Curve.Points.Count);
    }

    [Fact]
    public void Losses_are_drawn_from_the_runs_metrics()
    {
        foreach (string beta in (string[])["-2", "0", "2"])
        {
            Directory.CreateDirectory($"runs/beta{beta}");
            File.WriteAllLines($"runs/beta{beta}/metrics.jsonl", Examples.Run(1, 3).Select(m => System.Text.Json.JsonSerializer.Serialize(m)));
        }

        JointAugmentationPage.Losses();
        Assert.True(File.Exists("loss-by-beta.png"));
    }

    [Fact]
    public void A_joint_augmentation_of_ones_own_follows_its_law_in_training_views_too()
    {
        IDataView views = Views();
        PairHistogram thresholds = JointAugmentationPage.Thresholds(_context, views);
        // Thresholds are rounded to levels, of which there are some hundred to a factor of e.
        Assert.True(thresholds.KolmogorovDistance < 0.02, thresholds.ToString());
        Assert.Equal(new BetaLaw(0), thresholds.Law);

        IDataView solarized = _context.Transforms.AugmentViews(["View1", "View2"], new JointSolarize()).Fit(views).Transform(views);
        Assert.NotEqual(Pixels(views, "View1"), Pixels(solarized, "View1"));
        Assert.Contains("Thresholds = BetaLaw { Beta = 0 } on 64 to 255", solarized.Schema["View1"].GetViewPlan().ToString());
        Assert.Equal(new JointSolarize(), new JointSolarize());

        // Three views: every pair with the first.
        ViewPlan star = ViewPlan.Create(1, ["a", "b", "c"]).Append(new IndependentCrop { OutputSize = new ImageSize(8, 8) }).Append(new JointSolarize());
        Assert.True(PairStatistics.Sample(star, new ImageSize(64, 64), 50_000, 0, 2).Histogram(v => v.SolarizeThreshold, new JointSolarize().Thresholds).KolmogorovDistance < 0.02);
    }

    [Fact]
    public void A_law_of_ones_own_is_carried_to_three_views()
    {
        var law = new JointCrop { OutputSize = new ImageSize(8, 8), Law = new TriangularLaw() };
        ViewPlan star = ViewPlan.Create(1, ["a", "b", "c"]).Append(law);
        foreach (int second in (int[])[1, 2])
            Assert.True(PairStatistics.Sample(star, new ImageSize(64, 64), 20_000, 0, second).Histogram(PairQuantity.LogAreaRatio).KolmogorovDistance < 0.015);
    }

    [Fact]
    public void The_exported_encoders_steps_are_an_estimator() =>
        Assert.Contains("encoder.onnx", Assert.ThrowsAny<Exception>(() => JointAugmentationPage.Exported(_context)).ToString());

    private static string Squeezed(string text) => Spaces().Replace(text, " ");

    private static string[] Pixels(IDataView data, string column)
    {
        var pixels = new List<string>();
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[column]]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(data.Schema[column]);
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            getter(ref image);
            pixels.Add(Convert.ToBase64String(image.Pixels));
        }

        image.Dispose();
        return [.. pixels];
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();

    /// <summary>Pairs of small images of noise on a gradient.</summary>
    private IDataView Views()
    {
        string images = Directory.CreateDirectory(Path.Combine(_folder, "images")).FullName;
        var random = new Random(1);
        for (int i = 0; i < 20; i++)
        {
            byte[] bgra = new byte[48 * 40 * 4];
            for (int p = 0; p < bgra.Length; p += 4)
            {
                for (int channel = 0; channel < 3; channel++)
                    bgra[p + channel] = (byte)((p / 4 % 48 * 4) + random.Next(60));
                bgra[p + 3] = 255;
            }

            using MLImage image = MLImage.CreateFromPixels(48, 40, MLPixelFormat.Bgra32, bgra);
            image.Save(Path.Combine(images, $"{i:00}.png"));
        }

        IDataView photos = _context.Contrastive().LoadImagesFromFolder(images);
        return _context.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(_context.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 16))
            .Fit(photos).Transform(photos);
    }

    /// <summary>The pixels of a view, less the middle grey.</summary>
    private ITransformer Encoder()
    {
        IDataView views = Views();
        IDataView sized = _context.Transforms.CopyColumns("Image", "View1").Fit(views).Transform(views);
        return _context.Transforms.ExtractPixels("Features", "Image", offsetImage: 128).Fit(sized);
    }
}
