using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>What an optimiser adds to a step: the move of SimCLR's ResNet-18 alone, the optimisers in turns.</summary>
internal static class UpdateRun
{
    private const int WarmUp = 3;
    private const double LearningRate = 1e-3, WeightDecay = 1e-6;

    public static int Execute(int rounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        Seams.TorchRuntime.EnsureLoaded();
        torch.set_num_threads(Environment.ProcessorCount);
        Optimizer[] optimizers = [new Sgd(), new Lars(), new AdamW()];
        TrainingModule[] networks = [.. optimizers.Select(_ => Seams.TorchInitialization.FromSeed(1, () => new SimClr().Create(Backbone.ResNet18())))];
        OptimizerState[] states = [.. optimizers.Zip(networks, (o, n) => o.Create(n.TrainableParameters()))];
        double[][] seconds = [.. states.Select(_ => new double[rounds])], processor = [.. states.Select(_ => new double[rounds])];
        foreach (OptimizerState state in states)
            state.Flat.Gradients!.normal_(0, 1e-3);

        for (int round = -WarmUp; round < rounds; round++)
        {
            for (int i = 0; i < states.Length; i++)
            {
                TimeSpan used = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                states[i].Step(LearningRate, WeightDecay);
                if (round >= 0)
                    (seconds[i][round], processor[i][round]) = (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - used).TotalSeconds);
            }
        }

        Console.WriteLine("| optimiser | ms a step | ms of a core a step | times SGD |");
        Console.WriteLine("|---|---:|---:|---:|");
        for (int i = 0; i < states.Length; i++)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {optimizers[i].GetType().Name} | {1000 * PairedRatios.Median(seconds[i]):F1} | {1000 * processor[i].Average():F1} | {PairedRatios.Median(seconds[i].Zip(seconds[0], (own, sgd) => own / sgd)):F2} |"));
            states[i].Dispose();
            networks[i].Dispose();
        }

        Console.WriteLine();
        Console.WriteLine($"ResNet-18, median of {rounds} rounds. {Hardware.Description}");
        return 0;
    }
}
