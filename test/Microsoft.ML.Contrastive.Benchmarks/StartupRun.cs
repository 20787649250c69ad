using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>How long a training takes from the start of its process to its first step, on a folder of JPEG files of 224 × 224 pixels that is written for it.</summary>
internal static class StartupRun
{
    private const int Side = 224, BatchSize = 64;

    public static int Execute(int images)
    {
        using SyntheticImages files = SyntheticImages.WriteJpegs(images, Side);
        // A process of its own, so that the runtime and torch have to be loaded too.
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["startup", "--folder", files.Folder]);
        using Process child = Process.Start(start)!;
        child.WaitForExit();
        return child.ExitCode;
    }

    public static int Measure(string folder)
    {
        using var stop = new CancellationTokenSource();
        var watch = new Watch { Stop = stop };
        var mlContext = new MLContext(seed: 1);
        string[] views = ["View1", "View2"];
        mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.RandomResizedCrop(views, "Image", imageSize: Side))
            .Append(mlContext.Transforms.RandomHorizontalFlip(views))
            .Append(mlContext.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                Method = new SimClr { Temperature = 0.2 },
                LearningRateSchedule = watch,
                BatchSize = BatchSize,
                Epochs = 2,
                MonitoredImages = 0,
                CancellationToken = stop.Token,
            }))
            .Fit(mlContext.Contrastive().LoadImagesFromFolder(folder)).LastTransformer.Dispose();
        return 0;
    }

    /// <summary>A schedule is asked for the learning rate when a step begins: it tells the time of the first, and ends training with it.</summary>
    private sealed record Watch : LearningRateSchedule
    {
        public required CancellationTokenSource Stop { get; init; }

        private protected override double AfterWarmup(long step, long warmupSteps, long totalSteps, long stepsPerEpoch)
        {
            if (Stop.IsCancellationRequested)
                return 0;
            double seconds = (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"startup_seconds {seconds:F2}"));
            Stop.Cancel();
            return 0;
        }
    }
}
