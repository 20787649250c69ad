using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>The part of a run's configuration that is no part of a preset: the data, the seed, the machine, and what is kept of the run. Names are the keys of <c>config.json</c>.</summary>
internal sealed record RunSettings
{
    private const int DefaultSeed = 1;

    /// <summary>What is trained on: a folder or a file.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>More images that are trained on, without labels: a folder or a file.</summary>
    public string? Unlabeled { get; init; }

    /// <summary>Layout of the data set; recognised when null.</summary>
    public string? DatasetFormat { get; init; }

    /// <summary>Seed of weights, order and views.</summary>
    public int Seed { get; init; } = DefaultSeed;

    /// <summary>auto, cpu, or cuda:N.</summary>
    public string Device { get; init; } = "auto";

    /// <inheritdoc cref="TrainingOptions.GradientAccumulationSteps"/>
    public int GradientAccumulationSteps { get; init; } = TrainingOptions.Defaults.GradientAccumulationSteps;

    /// <inheritdoc cref="TrainingOptions.MonitoredImages"/>
    public int MonitoredImages { get; init; } = TrainingOptions.Defaults.MonitoredImages;

    /// <inheritdoc cref="TrainingOptions.BestEpochMetric"/>
    public EpochMetric? BestEpochMetric { get; init; }

    /// <inheritdoc cref="TrainingOptions.RestoreBestWeights"/>
    public bool RestoreBestWeights { get; init; }

    /// <inheritdoc cref="TrainingOptions.EarlyStopping"/>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <inheritdoc cref="ContrastivePretrainTrainer.Options.OnlineProbe"/>
    public OnlineProbe? OnlineProbe { get; init; }

    /// <summary>Whether the run ends with its report.</summary>
    public bool Report { get; init; } = true;

    /// <inheritdoc cref="TrainingOptions.CheckpointEveryEpochs"/>
    public int CheckpointEveryEpochs { get; init; } = TrainingOptions.Defaults.CheckpointEveryEpochs;

    /// <inheritdoc cref="TrainingOptions.CheckpointEverySteps"/>
    public int? CheckpointEverySteps { get; init; }

    /// <inheritdoc cref="TrainingOptions.UnreadableImages"/>
    public UnreadableImages UnreadableImages { get; init; }

    /// <inheritdoc cref="TrainingOptions.ImageStorage"/>
    public ImageStorage ImageStorage { get; init; }

    /// <inheritdoc cref="TrainingOptions.ImageStorePath"/>
    public string? ImageStorePath { get; init; }

    /// <inheritdoc cref="TrainingOptions.StoredShorterSide"/>
    public int? StoredShorterSide { get; init; }

    /// <inheritdoc cref="TrainingOptions.MaximumStoreBytes"/>
    public long? MaximumStoreBytes { get; init; }

    /// <inheritdoc cref="TrainingOptions.RenderThreads"/>
    public int? RenderThreads { get; init; }

    /// <inheritdoc cref="TrainingOptions.TorchThreads"/>
    public int? TorchThreads { get; init; }

    /// <inheritdoc cref="TrainingOptions.Precision"/>
    public Precision Precision { get; init; }

    /// <inheritdoc cref="TrainingOptions.MemoryFormat"/>
    public MemoryFormat MemoryFormat { get; init; }

    /// <summary>Tells a trainer.</summary>
    public void ApplyTo(ContrastivePretrainTrainer.Options options)
    {
        options.Seed = Seed;
        options.GradientAccumulationSteps = GradientAccumulationSteps;
        options.MonitoredImages = MonitoredImages;
        options.BestEpochMetric = BestEpochMetric;
        options.RestoreBestWeights = RestoreBestWeights;
        options.EarlyStopping = EarlyStopping;
        options.OnlineProbe = OnlineProbe;
        options.CheckpointEveryEpochs = CheckpointEveryEpochs;
        options.CheckpointEverySteps = CheckpointEverySteps;
        options.UnreadableImages = UnreadableImages;
        options.ImageStorage = ImageStorage;
        options.ImageStorePath = ImageStorePath;
        options.StoredShorterSide = StoredShorterSide;
        options.MaximumStoreBytes = MaximumStoreBytes;
        options.RenderThreads = RenderThreads;
        options.TorchThreads = TorchThreads;
        options.Precision = Precision;
        options.MemoryFormat = MemoryFormat;
    }
}
