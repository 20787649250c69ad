using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What JointCrop costs: the ratio of whole pretrainings, in pairs that run one right after the other in alternating order.</summary>
internal static class CropRun
{
    private const int FewestPairs = 5, Images = 640, BatchSize = 64, Epochs = 2, Side = 64;

    public static int Execute(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, FewestPairs);
        using SyntheticImages files = SyntheticImages.Write(Images, Side);
        IDataView images = new MLContext().Contrastive().LoadImagesFromFolder(files.Folder);
        CropStep independent = new IndependentCrop { OutputSize = new(Side, Side) }, joint = new JointCrop { OutputSize = new(Side, Side) };

        // Loads torch and compiles both paths.
        _ = Seconds(images, independent);
        _ = Seconds(images, joint);

        Console.WriteLine("| pair | IndependentCrop, s | JointCrop(0), s | ratio |");
        Console.WriteLine("|---:|---:|---:|---:|");
        var ratios = new double[pairs];
        for (int pair = 0; pair < pairs; pair++)
        {
            bool jointFirst = pair % 2 == 1;
            double first = Seconds(images, jointFirst ? joint : independent), second = Seconds(images, jointFirst ? independent : joint);
            (double ofIndependent, double ofJoint) = jointFirst ? (second, first) : (first, second);
            ratios[pair] = ofJoint / ofIndependent;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {pair + 1} | {ofIndependent:F2} | {ofJoint:F2} | {ratios[pair]:F3} |"));
        }

        Array.Sort(ratios);
        int rank = Rank(pairs, out double coverage);
        double median = (ratios[(pairs - 1) / 2] + ratios[pairs / 2]) / 2;
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"JointCrop(0) / IndependentCrop: median {median:F3}, {coverage:P0} interval {ratios[rank]:F3} to {ratios[^(rank + 1)]:F3}, {pairs} pairs."));
        Console.WriteLine(Hardware.Description);
        return 0;
    }

    private static double Seconds(IDataView images, CropStep crop)
    {
        long start = Stopwatch.GetTimestamp();
        using var encoder = SmallPretraining.Fit(
            seed: 1, images, crop, new SimClr { Temperature = 0.2 }, new AdamW { LearningRate = 1e-3, LearningRateScaling = LearningRateScaling.None },
            BatchSize, Epochs, monitoredImages: 0, afterEpoch: null);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>
    /// Which of the sorted values, from either end, bound the median with at least 90 % confidence whatever the distribution: the sign test's
    /// interval. Fewer than half of n fair coins fall on either side.
    /// </summary>
    private static int Rank(int count, out double coverage)
    {
        int rank = 0;
        double tail = Math.Pow(0.5, count), term = tail;
        while (true)
        {
            term *= (double)(count - rank) / (rank + 1);
            if (2 * (tail + term) > 0.1)
            {
                coverage = 1 - (2 * tail);
                return rank;
            }

            tail += term;
            rank++;
        }
    }
}
