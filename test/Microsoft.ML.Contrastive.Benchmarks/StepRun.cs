using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>A SimCLR training step of ResNet-18 on views that are there already; the peer of eng/compare/step_pytorch.py.</summary>
internal static class StepRun
{
    private const int WarmUp = 3, FewestSteps = 3, LargestSmallImage = 96;

    public static int Execute(int side, int batchSize, double seconds, MemoryFormat format, Precision precision)
    {
        Seams.TorchRuntime.EnsureLoaded();
        using Seams.KeptMemory? memory = Seams.KeptMemory.Begin();
        torch.set_num_threads(Environment.ProcessorCount);
        Backbone backbone = Backbone.ResNet18(side <= LargestSmallImage ? Stem.Cifar : Stem.ImageNet);
        TrainingModule method = Seams.TorchInitialization.FromSeed(1, () => new SimClr().Create(backbone));
        precision = precision.Resolve(DeviceType.CPU);
        if (format.Resolve(backbone, precision, DeviceType.CPU) == MemoryFormat.ChannelsLast)
            Seams.ChannelsLast.Apply(method);
        using MixedPrecision? mixed = precision == Precision.BFloat16 ? new MixedPrecision(method, DeviceType.CPU) : null;
        var schedule = new TrainingSchedule(1, batchSize, 1, new Sgd { LearningRate = 0.25 }, new CosineSchedule { WarmupEpochs = 0 });
        using OptimizerState optimizer = schedule.Optimizer.Create(method.TrainableParameters(), schedule.PeakLearningRate);
        var step = new TrainingStep(new TrainingState(method, optimizer), schedule, torch.CPU);
        using var batch = new ViewBatch([new ImageSize(side, side), new ImageSize(side, side)], batchSize);
        foreach (torch.Tensor view in batch.Views)
            view.uniform_(0, 1);

        step.BeginEpoch(default);
        List<double> measured = [];
        long begin = Stopwatch.GetTimestamp();
        TimeSpan processor = default;
        for (int i = 0; measured.Count < FewestSteps || Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            _ = step.Add(batch, new TrainingPosition(i, int.MaxValue, 1));
            if (i >= WarmUp)
                measured.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (i == WarmUp - 1)
                (begin, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        }

        double processorSeconds = (Environment.CpuUsage.TotalTime - processor).TotalSeconds / measured.Count;
        measured.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step_seconds {measured[measured.Count / 2]:F6}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step_processor_seconds {processorSeconds:F6}"));
        return 0;
    }
}
