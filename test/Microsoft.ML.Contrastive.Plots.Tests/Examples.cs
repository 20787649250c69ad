using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Plots.Tests;

/// <summary>What the tests plot.</summary>
internal static class Examples
{
    public static PairHistogram Histogram(AugmentationStep step, PairQuantity quantity, int pairs = 20_000)
    {
        ViewPlan plan = ViewPlan.Create(seed: 1, ["View1", "View2"]);
        if (step is not CropStep)
            plan = plan.Append(new IndependentCrop { OutputSize = new ImageSize(96, 96) });
        return PairStatistics.Sample(plan.Append(step), new ImageSize(224, 224), pairs).Histogram(quantity);
    }

    public static PairHistogram Areas(double beta) => Histogram(new JointCrop { OutputSize = new ImageSize(96, 96), Beta = beta }, PairQuantity.LogAreaRatio);

    /// <summary>A curve with standard errors of 0.01.</summary>
    public static DifficultyCurve Curve(string parameter, params (double Value, double Cosine)[] points) => new(parameter, [.. points.Select(p => new DifficultyPoint(
        p.Value,
        new StatisticalDifficulty(
            ViewPlan.Create(1, ["View1", "View2"]),
            [new PairDifficulty(0, 0, default, default, p.Cosine - 0.01), new PairDifficulty(1, 0, default, default, p.Cosine + 0.01)])))]);

    public static EpochMetrics[] Run(double level, int epochs = 20) => [.. Enumerable.Range(1, epochs).Select(epoch => new EpochMetrics
    {
        Epoch = epoch,
        Epochs = epochs,
        Step = epoch * 10,
        Loss = level + Math.Exp(-epoch / 5.0),
        LearningRate = 0.5 * (1 + Math.Cos(Math.PI * epoch / epochs)),
        ImagesPerSecond = 100,
        WaitingForData = 0,
        FeatureSpread = 0.8,
        EffectiveRank = 20 + epoch,
        Alignment = 0.5,
        Uniformity = -2,
        Elapsed = TimeSpan.FromSeconds(epoch),
    })];
}
