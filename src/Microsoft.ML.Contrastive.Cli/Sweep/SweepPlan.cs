using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>What a sweep is to measure: every method with every arm and every seed on every data set.</summary>
internal sealed record SweepPlan
{
    /// <summary>Names and folders of the data sets.</summary>
    public required IReadOnlyList<(string Name, string Folder)> Data { get; init; }

    /// <summary>Names of the methods, <see cref="RunKey.Random"/> among them if wanted.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>The arms.</summary>
    public required IReadOnlyList<ViewArm> Arms { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<int> Seeds { get; init; }

    /// <summary><see cref="ShortRunSettings.Name"/>, or the setting of a preset.</summary>
    public string Settings { get; init; } = ShortRunSettings.Name;

    /// <summary>Passes over the images; null for what the settings say.</summary>
    public int? Epochs { get; init; }

    /// <summary>Training images of each data set; null for all.</summary>
    public int? Images { get; init; }

    /// <summary>Test images of each data set; null for all.</summary>
    public int? Queries { get; init; }

    /// <summary>Side of views and of the encoder's images in pixels; null for what the settings say.</summary>
    public int? ImageSize { get; init; }

    /// <summary>Images a step; null for what the settings say.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The network; null for what the settings say.</summary>
    public Backbone? Backbone { get; init; }

    /// <summary>Where torch computes.</summary>
    public DeviceChoice Device { get; init; } = DeviceChoice.Auto;

    /// <summary>The settings of a method, with this plan's changes.</summary>
    /// <exception cref="ArgumentException">There are no such settings, or the changes do not go with them.</exception>
    public ContrastivePreset Preset(string method)
    {
        // Initial weights do not depend on the method: they are drawn before the heads are.
        string trained = method == RunKey.Random ? "simclr" : method;
        ContrastivePreset preset = Settings == ShortRunSettings.Name ? ShortRunSettings.Of(trained, Epochs) : ContrastivePreset.ByName(trained, Settings);
        preset = preset with
        {
            Epochs = method == RunKey.Random ? 0 : Epochs ?? preset.Epochs,
            BatchSize = BatchSize ?? preset.BatchSize,
            Backbone = Backbone ?? preset.Backbone,
        };
        return ImageSize is { } side ? preset.WithImageSize(side) : preset;
    }

    /// <summary>All runs of a data set and a seed, in the order in which they are made. An encoder with its initial weights has seen no views: one run for all arms.</summary>
    public IEnumerable<PlannedRun> Runs(string data, int seed) =>
        from method in Methods
        let preset = Preset(method)
        from arm in method == RunKey.Random ? ViewArm.Parse(ViewArm.Baseline, []) : Arms
        select new PlannedRun(new RunKey(data, method, preset.Backbone.Name, preset.Epochs, seed, arm.Name), preset, arm);

    /// <summary>Checks all settings, before any long work.</summary>
    /// <exception cref="ArgumentException">Settings that do not exist, that contradict one another, or that are out of their range.</exception>
    public void Validate()
    {
        foreach (PlannedRun run in Runs(Data[0].Name, Seeds[0]))
            (run.Preset with { JointCropBeta = double.IsNaN(run.Arm.Beta) ? null : run.Arm.Beta }).Validate();
    }
}

/// <summary>A run that is to be made.</summary>
/// <param name="Key">What it is known by.</param>
/// <param name="Preset">All settings.</param>
/// <param name="Arm">How crops are drawn.</param>
internal sealed record PlannedRun(RunKey Key, ContrastivePreset Preset, ViewArm Arm);
