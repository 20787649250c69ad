using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Training.Checkpoints;

/// <summary>Each method on a very small network, the same in the tests and in the process that they kill.</summary>
internal static class TinyPretraining
{
    /// <param name="variant">The method's name; behind it "stopping" for a training that early stopping ends after three epochs, "accumulating" for steps of three micro-batches, "probed" for an online probe, "student" for DINO's student instead of its teacher.</param>
    /// <param name="workspace">Folder of the run.</param>
    public static ContrastivePretrainTrainer.Options Options(string variant, string? workspace)
    {
        string[] words = variant.Split(' ');
        ContrastivePretrainTrainer.Options options = OfMethod(words[0], workspace);
        if (words.Contains("stopping"))
            (options.EarlyStopping, options.RestoreBestWeights) = (new EarlyStopping { Metric = EpochMetric.Loss, Patience = 2, MinDelta = 100 }, true);
        if (words.Contains("probed"))
            options.OnlineProbe = new OnlineProbe { LearningRate = 10 };
        if (words.Contains("student"))
            options.Method = (Dino)options.Method with { EncoderFrom = DinoNetwork.Student };
        if (words.Contains("accumulating"))
        {
            (options.BatchSize, options.GradientAccumulationSteps) = (2, 3);
            // Two images make no two groups of batch norm.
            options.Method = options.Method is MoCo moco ? moco with { BatchNormGroups = 1 } : options.Method;
        }

        return options;
    }

    private static ContrastivePretrainTrainer.Options OfMethod(string method, string? workspace) => new()
    {
        Method = MethodNamed(method),
        Backbone = Backbone.Parse("resnet10-cifar-w0.125"),
        // An optimiser of each kind, each with state of its own.
        Optimizer = method switch
        {
            "dino" => new AdamW { LearningRate = 0.01, WeightDecay = 0.04, FinalWeightDecay = 0.4 },
            "byol" => new Lars { LearningRate = 0.5 },
            _ => new Sgd { LearningRate = 0.5, WeightDecay = 1e-4 },
        },
        LearningRateSchedule = new CosineSchedule { WarmupEpochs = 1 },
        Epochs = 4,
        BatchSize = 8,
        MonitoredImages = 8,
        WorkspacePath = workspace,
    };

    /// <param name="images">Folder of the images.</param>
    /// <param name="options">The trainer's options.</param>
    /// <param name="seed">Seed of everything.</param>
    /// <param name="heatMaps">Whether crops follow the encoder's heat maps, from the third epoch on and anew every second.</param>
    public static ContrastiveEncoderTransformer Fit(string images, ContrastivePretrainTrainer.Options options, int seed = 1, bool heatMaps = false)
    {
        HeatMapBoxes? boxes = heatMaps ? new() { EveryEpochs = 2, Threshold = 0.4 } : null;
        var context = new MLContext(seed);
        var pipeline = context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(context.Transforms.CropViews(["View1", "View2"], "Image", new JointCrop { OutputSize = new(16, 16), HeatMaps = boxes }))
            .Append(context.Transforms.ColorJitter(["View1", "View2"], brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1))
            .Append(context.Contrastive().Trainers.ContrastivePretrain(options));
        return pipeline.Fit(context.Contrastive().LoadImagesFromFolder(images)).LastTransformer;
    }

    /// <summary>The features of all images of a folder.</summary>
    public static float[] Features(string images, ContrastiveEncoderTransformer encoder)
    {
        var context = new MLContext();
        IDataView rows = context.Contrastive().LoadImagesFromFolder(images);
        IDataView loaded = context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
        return [.. encoder.Transform(loaded).GetColumn<float[]>("Features").SelectMany(f => f)];
    }

    private static ContrastiveMethod MethodNamed(string name) => ContrastiveMethod.Parse(name) switch
    {
        SimClr m => m with { ProjectionDimension = 16 },
        // A queue that the last batch does not fill, and groups in an order that the step decides.
        MoCo m => m with { QueueSize = 24, ProjectionDimension = 16, Momentum = 0.9, BatchNormGroups = 2 },
        MoCoV3 m => m with { ProjectionDimension = 16, HiddenDimension = 32, Momentum = 0.9 },
        Byol m => m with { ProjectionDimension = 16, HiddenDimension = 32, Momentum = 0.9 },
        SimSiam m => m with { ProjectionDimension = 32, PredictorHiddenDimension = 8 },
        Dino m => m with { Prototypes = 32, HiddenDimension = 32, BottleneckDimension = 16, Momentum = 0.9 },
        VicReg m => m with { ExpanderDimension = 32 },
        // A method that is new here is tested as it comes, slowly: make it small.
        var other => other,
    };
}
