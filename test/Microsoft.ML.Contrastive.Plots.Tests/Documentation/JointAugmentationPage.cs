using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Plots.Tests.Documentation;

/// <summary>The code of docs/joint-augmentation.md, block by block; <see cref="JointAugmentationTests"/> holds the two equal and runs it.</summary>
internal static class JointAugmentationPage
{
    public static (PairHistogram Areas, double Overlap) Laws(IDataView views)
    {
        ViewPlan plan = views.Schema["View1"].GetViewPlan();
        PairStatistics pairs = PairStatistics.Sample(plan, new ImageSize(224, 224));
        PairHistogram areas = pairs.Histogram(PairQuantity.LogAreaRatio);
        Console.WriteLine(areas);                                             // share beyond 2:1, Kolmogorov distance to the closed form
        PairFigure.Create([("drawn", areas)]).SavePng("law.png");
        PairFigure.Create([("centres", pairs.Histogram(PairQuantity.CentreDistance))]).SaveSvg("distance.svg");
        double overlap = pairs.Histogram(PairQuantity.Overlap).Mean;          // intersection over union of the crops
        return (areas, overlap);
    }

    public static IDataView Recipes(MLContext mlContext, IDataView views)
    {
        IDataView recipes = mlContext.Transforms.ViewRecipes("Recipes", ["View1", "View2"])
            .Append(mlContext.Transforms.SelectColumns("ImagePath", "Recipes"))
            .Fit(views).Transform(views);
        using (FileStream file = File.Create("recipes.tsv"))
            mlContext.Data.SaveAsText(recipes, file, forceDense: true);       // slots: View1.Crop.Left, View1.Crop.AreaScale, View1.Blur.Sigma, ...

        IDataView saved = mlContext.Data.LoadFromTextFile(
            "recipes.tsv", [new("ImagePath", DataKind.String, 0), new("Recipes", DataKind.Single, 1, 2 * RecipeVector.Length)], hasHeader: true);
        IDataView replayed = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ReplayViews(["View1", "View2"], "Image", "Recipes"))
            .Fit(saved).Transform(saved);                                     // the same pixels, bit for bit
        return replayed;
    }

    public static void Measure(MLContext mlContext, IDataView views, ITransformer encoder)
    {
        StatisticalDifficulty difficulty = mlContext.Contrastive().Difficulty.Measure(views, encoder, new StatisticalDifficultyOptions { Images = 1000, Epochs = 2 });
        Console.WriteLine(difficulty);                                        // mean ± standard error
        PairDifficulty hardest = difficulty.Pairs.MinBy(pair => pair.Cosine)!;
        Console.WriteLine($"row {hardest.Row}: area ratio {hardest.AreaRatio:0.0}, cosine {hardest.Cosine:0.00}");
        mlContext.Contrastive().Difficulty.SaveContactSheet("hardest.png", views, difficulty, DifficultyOrder.HardestFirst, rows: 12);
    }

    public static IEstimator<ITransformer> Exported(MLContext mlContext)
    {
        IEstimator<ITransformer> exported = mlContext.Transforms.ResizeImages("Resized", 96, 96, "Image", ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(mlContext.Transforms.ExtractPixels("image", "Resized"))
            .Append(mlContext.Transforms.ApplyOnnxModel(
                ["features"], ["image"], "encoder.onnx", new Dictionary<string, int[]> { ["image"] = [1, 3, 96, 96], ["features"] = [1, 512] }, gpuDeviceId: null, fallbackToCpu: false));
        return exported;
    }

    public static (DifficultyCurve Ratios, double Difference, double Error) Curves(MLContext mlContext, IDataView views, ITransformer encoder)
    {
        DifficultyCurve ratios = mlContext.Contrastive().Difficulty.ByAreaRatio(views, encoder);
        DifficultyCurve betas = mlContext.Contrastive().Difficulty.ByBeta(views, encoder);
        DifficultyFigure.Create([("JointCrop(β)", betas)]).SavePng("difficulty.png");
        (double difference, double error) = betas.Points[^1].Difficulty.Minus(betas.Points[0].Difficulty);  // paired, image by image
        return (ratios, difference, error);
    }

    public static BetaSuggestion Suggestion(MLContext mlContext, IDataView views, ITransformer encoder)
    {
        double target = mlContext.Contrastive().Difficulty.Measure(views, encoder).MeanCosine - 0.02;       // a little harder than what you have
        BetaSuggestion suggestion = mlContext.Contrastive().Difficulty.SuggestBeta(views, encoder, target);
        Console.WriteLine(suggestion);                                        // every measurement, and β with its standard error
        return suggestion;
    }

    public static void Losses()
    {
        Figure losses = TrainingFigure.Create(((string[])["-2", "0", "2"]).Select(beta => ($"β = {beta}", EpochMetrics.ReadFile($"runs/beta{beta}/metrics.jsonl"))), TrainingMetric.Loss);
        losses.SavePng("loss-by-beta.png");
    }

    public static PairHistogram Thresholds(MLContext mlContext, IDataView views)
    {
        IDataView solarized = mlContext.Transforms.AugmentViews(["View1", "View2"], new JointSolarize()).Fit(views).Transform(views);
        PairHistogram thresholds = PairStatistics.Sample(solarized.Schema["View1"].GetViewPlan(), new ImageSize(224, 224))
            .Histogram(view => view.SolarizeThreshold, new JointSolarize().Thresholds);
        return thresholds;
    }
}

public sealed record JointSolarize : AugmentationStep
{
    public JointDistribution Thresholds { get; init; } = new(min: 64, max: 255, new BetaLaw(0));
    public override RecipeStage Stage => RecipeStage.Solarize;
    public override string RandomName => "solarize";
    public override int MinimumViews => 2;

    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        var thresholds = new double[targets.Length];
        for (int k = 0; k < targets.Length; k++)
            thresholds[k] = context.View(targets[k]).NextDouble();
        Thresholds.Sample(thresholds, thresholds);
        for (int k = 0; k < targets.Length; k++)
            (views[targets[k]].Solarize, views[targets[k]].SolarizeThreshold) = (true, (byte)Math.Round(thresholds[k]));
    }
}

public sealed record TriangularLaw : JointLaw
{
    public override double Quantile(double probability, double bound) =>
        bound * (probability < 0.5 ? Math.Sqrt(2 * probability) - 1 : 1 - Math.Sqrt(2 * (1 - probability)));

    public override double Density(double logRatio, double bound) => Math.Max(0, 1 - (Math.Abs(logRatio) / bound)) / bound;
}
