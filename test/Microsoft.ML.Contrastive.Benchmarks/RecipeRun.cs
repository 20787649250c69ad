using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What drawing recipes costs: processor time of a million rows of each plan, on one thread, in rounds that take turns. The fastest round is the least disturbed.</summary>
internal static class RecipeRun
{
    private const int Rows = 1_000_000;

    private static readonly ImageSize Source = new(256, 256), View = new(224, 224);

    public static int Execute(int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        Seams.TorchRuntime.EnsureLoaded();      // for the line about the hardware alone
        (string Name, ViewPlan Plan)[] plans = [.. Measured()];
        var seconds = plans.Select(_ => new double[rounds]).ToArray();
        foreach ((_, ViewPlan plan) in plans)
            Draw(plan, Rows / 20);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < plans.Length; i++)
            {
                TimeSpan start = Environment.CpuUsage.TotalTime;
                Draw(plans[i].Plan, Rows);
                seconds[i][round] = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            }
        }

        Console.WriteLine("| plan | views | s of a core a million rows | of RandomResizedCrop's, alone or with the same steps |");
        Console.WriteLine("|---|---:|---:|---:|");
        double alone = seconds[0].Min(), full = seconds[Array.FindIndex(plans, p => p.Name.StartsWith("SimCLR", StringComparison.Ordinal))].Min();
        for (int i = 0; i < plans.Length; i++)
        {
            double least = seconds[i].Min(), baseline = plans[i].Plan.Steps.Length == 1 ? alone : full;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {plans[i].Name} | {plans[i].Plan.ViewNames.Length} | {least:F2} | {least / baseline:F2} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"Fastest of {rounds} rounds. {Hardware.Description}");
        return 0;
    }

    private static IEnumerable<(string Name, ViewPlan Plan)> Measured()
    {
        yield return ("RandomResizedCrop", Plans.Cropped(new RandomResizedCrop { OutputSize = View }));
        yield return ("IndependentCrop", Plans.Cropped(new IndependentCrop { OutputSize = View }));
        yield return ("MarginalOnlyCrop", Plans.Cropped(new MarginalOnlyCrop { OutputSize = View }));
        foreach (double beta in (double[])[0, 1, -1, 1000])
            yield return (string.Create(CultureInfo.InvariantCulture, $"JointCrop, β = {beta}"), Plans.Cropped(new JointCrop { OutputSize = View, Beta = beta }));
        foreach (double beta in (double[])[0, 1])
            yield return (string.Create(CultureInfo.InvariantCulture, $"JointCrop, β = {beta}, star"), Star(new JointCrop { OutputSize = View, Beta = beta }));
        yield return ("JointCrop, β = 0, centre-suppressed (α = 0.6)", Plans.Cropped(new JointCrop { OutputSize = View, PositionAlpha = 0.6 }));
        yield return ("ContrastiveCrop (α = 0.6)", Plans.Cropped(new ContrastiveCrop { OutputSize = View, Alpha = 0.6 }));
        yield return ("SimCLR with RandomResizedCrop", Plans.Full(new RandomResizedCrop { OutputSize = View }));
        foreach (double beta in (double[])[0, 1, -1])
            yield return (string.Create(CultureInfo.InvariantCulture, $"SimCLR with JointCrop, β = {beta}"), Plans.Full(new JointCrop { OutputSize = View, Beta = beta }));
    }

    private static ViewPlan Star(CropStep crop) => ViewPlan.Create(seed: 1, ["View1", "View2", "View3", "View4"]).Append(crop);

    /// <summary>Draws the recipes of rows 0, 1, ….</summary>
    public static void Draw(ViewPlan plan, int rows)
    {
        var recipes = new ViewRecipe[plan.ViewNames.Length];
        for (int row = 0; row < rows; row++)
            plan.Sample(plan.KeyOf(epoch: 0, (ulong)row), Source, recipes);
    }
}
