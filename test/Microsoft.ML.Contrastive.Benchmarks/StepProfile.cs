using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>Where the time of a SimCLR training step of ResNet-18 goes, from files to weights: processor time of each part, summed over the cores.</summary>
internal static class StepProfile
{
    private const int WarmUp = 2, LargestSmallImage = 96;

    public static int Execute(int side, int batchSize, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        Seams.TorchRuntime.EnsureLoaded();
        using Seams.KeptMemory? memory = Seams.KeptMemory.Begin();
        Backbone backbone = Backbone.ResNet18(side <= LargestSmallImage ? Stem.Cifar : Stem.ImageNet);
        TrainingModule method = Seams.TorchInitialization.FromSeed(1, () => new SimClr().Create(backbone));
        method.train();
        if (MemoryFormat.Auto.Resolve(backbone, Precision.Float32, DeviceType.CPU) == MemoryFormat.ChannelsLast)
            Seams.ChannelsLast.Apply(method);
        using OptimizerState optimizer = new Sgd().Create(method.TrainableParameters());
        using SyntheticImages files = SyntheticImages.WriteJpegs(batchSize, side);
        string[] paths = Directory.GetFiles(files.Folder);
        using var batch = new ViewBatch([new ImageSize(side, side), new ImageSize(side, side)], batchSize);
        ViewPlan plan = Plans.Full(new RandomResizedCrop { OutputSize = new(side, side) });
        var recipes = new ViewRecipe[batchSize * 2];
        byte[][] images = new byte[batchSize][];
        var renderer = new ViewRenderer();
        var decoder = new ImageDecoder();
        var parts = new List<(string Name, double[] Seconds)>();

        for (int step = -WarmUp; step < steps; step++)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            torch.Tensor[] views = [];
            torch.Tensor? loss = null;
            Measure("decode (once an image)", () =>
            {
                for (int i = 0; i < batchSize; i++)
                    images[i] = decoder.Decode(paths[i]).Pixels.ToArray();
            });
            Measure("draw recipes", () =>
            {
                for (int i = 0; i < batchSize; i++)
                    plan.Sample(plan.KeyOf(Math.Max(step, 0), (ulong)i), new ImageSize(side, side), recipes.AsSpan(2 * i, 2));
            });
            Measure("render", () =>
            {
                for (int i = 0; i < recipes.Length; i++)
                    renderer.Render(new RgbImage(images[i / 2], side, side), recipes[i], PixelNormalization.ImageNet, batch.Pixels(i % 2, i / 2));
            });
            Measure("copy to the device", () => views = batch.To(torch.CPU));
            Measure("forget gradients", optimizer.ZeroGrad);
            Measure("forward and loss", () => loss = method.Loss(views, labels: null, new TrainingPosition(Math.Max(step, 0), steps, 1)));
            Measure("backward", () => loss!.backward());
            Measure("update", () => optimizer.Step(0.01, 1e-4));

            void Measure(string name, Action part)
            {
                TimeSpan start = Environment.CpuUsage.TotalTime;
                part();
                double seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
                if (step == -WarmUp)
                    parts.Add((name, new double[steps]));
                else if (step >= 0)
                    parts.Single(p => p.Name == name).Seconds[step] = seconds;
            }
        }

        double all = parts.Sum(part => part.Seconds.Average());
        Console.WriteLine("| part | ms of a core a step | share |");
        Console.WriteLine("|---|---:|---:|");
        foreach ((string name, double[] seconds) in parts)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {1000 * seconds.Average():F1} | {seconds.Average() / all:P1} |"));
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{batchSize} images of {side} pixels, two views each; mean of {steps} steps. {Hardware.Description}"));
        return 0;
    }
}
