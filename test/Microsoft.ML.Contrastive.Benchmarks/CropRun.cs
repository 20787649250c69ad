using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>
/// What JointCrop costs: the ratio of whole pretrainings, in pairs that run one right after the other in alternating order, and the share of them that drawing its
/// recipes takes, measured by itself.
/// </summary>
internal static class CropRun
{
    private const int Images = 640, BatchSize = 64, Epochs = 2, Side = 64, TimesDrawn = 200;

    public static int Execute(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, PairedRatios.FewestPairs);
        using SyntheticImages files = SyntheticImages.Write(Images, Side);
        IDataView images = new MLContext().Contrastive().LoadImagesFromFolder(files.Folder);
        CropStep independent = new IndependentCrop { OutputSize = new(Side, Side) }, joint = new JointCrop { OutputSize = new(Side, Side) };

        Console.WriteLine("| pair | IndependentCrop, s | JointCrop(0), s | ratio |");
        Console.WriteLine("|---:|---:|---:|---:|");
        double[] ratios = new double[pairs], joints = new double[pairs];
        foreach ((int pair, (double ofIndependent, double ofJoint)) in PairedRatios.Time(pairs, () => Pretrain(images, independent), () => Pretrain(images, joint)).Index())
        {
            (joints[pair], ratios[pair]) = (ofJoint, ofJoint / ofIndependent);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {pair + 1} | {ofIndependent:F2} | {ofJoint:F2} | {ratios[pair]:F3} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"JointCrop(0) / IndependentCrop: {PairedRatios.Summary(ratios)}");
        foreach (double whole in joints)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"joint_share {SecondsOfDrawing(joint) / whole:F6}"));
        Console.WriteLine(Hardware.Description);
        return 0;
    }

    /// <summary>Processor time of drawing the recipes of such a pretraining, all steps.</summary>
    private static double SecondsOfDrawing(CropStep joint)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        RecipeRun.Draw(Plans.Full(joint), Images * Epochs * TimesDrawn);
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds / TimesDrawn;
    }

    private static void Pretrain(IDataView images, CropStep crop)
    {
        using var encoder = SmallPretraining.Fit(
            seed: 1, images, crop, new SimClr { Temperature = 0.2 }, new AdamW { LearningRate = 1e-3, LearningRateScaling = LearningRateScaling.None },
            BatchSize, Epochs, monitoredImages: 0, afterEpoch: null);
    }
}
