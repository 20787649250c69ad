using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.OnnxRuntime;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Encoders;

/// <summary>An encoder that was made before: in the folder of a run, in an ONNX file, or in a file of weights.</summary>
internal sealed class SavedEncoder : IDisposable
{
    /// <summary>Column of the features.</summary>
    public const string FeaturesColumnName = "Features";

    private SavedEncoder(ITransformer transformer, string origin, string name) => (Transformer, Origin, Name) = (transformer, origin, name);

    /// <summary>Images to features. An <see cref="OnnxEncoderTransformer"/> or a <see cref="ContrastiveEncoderTransformer"/>.</summary>
    public ITransformer Transformer { get; }

    /// <summary>The file or folder that was read.</summary>
    public string Origin { get; }

    /// <summary>The network's name where it is known, else the file's.</summary>
    public string Name { get; }

    /// <summary>Number of features.</summary>
    public int FeatureDimension => Transformer is OnnxEncoderTransformer onnx ? onnx.FeatureDimension : ((ContrastiveEncoderTransformer)Transformer).FeatureDimension;

    /// <summary>Size to which it brings images.</summary>
    public ImageSize ImageSize => Transformer is OnnxEncoderTransformer onnx ? new ImageSize(onnx.ImageWidth, onnx.ImageHeight) : ((ContrastiveEncoderTransformer)Transformer).ImageSize;

    /// <summary>Opens an encoder for scoring: of a run by its ONNX file where there is one, which needs no torch.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="options">The options that say which.</param>
    /// <param name="images">Data with an image column; only its schema is looked at.</param>
    public static SavedEncoder Open(VerbContext context, EncoderOptions options, IDataView images)
    {
        string path = options.PathOf(context);
        if (Directory.Exists(path) && new RunFolder(path) is { HoldsRun: true } run && !context.Has(options.Checkpoint) && File.Exists(run.Onnx))
            path = run.Onnx;
        return IsOnnx(path) ? OpenOnnx(context, path, images) : OpenNetwork(context, options);
    }

    /// <summary>Opens an encoder as a network that can be exported and trained.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="options">The options that say which.</param>
    public static SavedEncoder OpenNetwork(VerbContext context, EncoderOptions options)
    {
        string path = options.PathOf(context);
        if (IsOnnx(path))
            throw new UsageException($"--encoder: '{path}' is an ONNX file, which is a result and not a network that can be changed. Name the folder of the run, or a file of weights.");
        RunFolder? run = RunOf(path);
        if (run is null && !File.Exists(path) && !Directory.Exists(path))
            throw new UsageException($"--encoder: there is no '{path}'. Name the folder of a run, an ONNX file, or a file of weights (.safetensors, .pth, .pt, .ckpt).");
        if (run is null && Directory.Exists(path) && !File.Exists(Path.Combine(path, "state.safetensors")))
            throw new UsageException($"--encoder: '{path}' is the folder of no run (it has no config.json) and no checkpoint. Name the --output of '{Program.Name} pretrain', or a file.");
        if (IsFolderOf(run, path))
            path = Weights(run!, context.Value(options.Checkpoint));

        ContrastivePreset? preset = run is null ? null : RunConfiguration.OfRun(run, "--encoder").Read().Preset;
        Backbone backbone = context.Value(options.Backbone) ?? preset?.Backbone
            ?? throw new UsageException($"--backbone is missing: '{path}' does not say which network its weights belong to. For example: --backbone resnet50.");
        ImageSize? size = context.Value(options.ImageSize) is { } side ? new ImageSize(side, side) : preset?.Views[0].Crop.OutputSize;
        return Load(context, context.Value(CommonOptions.Device)!, path, backbone, size, preset);
    }

    /// <summary>Opens an encoder together with the projection head that it was trained with, which the checkpoints of a run have and nothing else.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="options">The options that say which.</param>
    public static SavedEncoder OpenWithProjector(VerbContext context, EncoderOptions options)
    {
        string path = options.PathOf(context);
        if (!Directory.Exists(path) || RunOf(path) is not { } run)
            throw new UsageException($"--encoder: '{path}' has no projection head, which only the checkpoints of a run have. Name the folder of the run.");
        (RunSettings settings, ContrastivePreset preset) = RunConfiguration.OfRun(run, "--encoder").Read();
        if (IsFolderOf(run, path))
            path = CheckpointOf(run, context.Value(options.Checkpoint) ?? (settings.RestoreBestWeights ? EncoderOptions.Best : EncoderOptions.Last));
        MLContext mlContext = context.CreateMLContext();
        context.Value(CommonOptions.Device)!.ApplyTo(mlContext);
        return new SavedEncoder(CheckpointEncoder.Open(mlContext, path, preset), path, preset.Backbone.Name);
    }

    /// <summary>Opens the encoder of a run as it stands: what it has exported, else its last checkpoint.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="run">The run.</param>
    /// <param name="device">Where a checkpoint is computed.</param>
    /// <param name="images">Data with an image column; only its schema is looked at.</param>
    /// <returns>Null when there is neither.</returns>
    public static SavedEncoder? OfRun(VerbContext context, RunFolder run, DeviceChoice device, IDataView images)
    {
        if (File.Exists(run.Onnx))
            return OpenOnnx(context, run.Onnx, images);
        if (!Directory.Exists(run.Checkpoint(EncoderOptions.Last)))
            return null;
        ContrastivePreset preset = RunConfiguration.OfRun(run, "RUN").Read().Preset;
        return Load(context, device, run.Checkpoint(EncoderOptions.Last), preset.Backbone, preset.Views[0].Crop.OutputSize, preset);
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)Transformer).Dispose();

    private static SavedEncoder Load(VerbContext context, DeviceChoice device, string path, Backbone backbone, ImageSize? size, ContrastivePreset? preset)
    {
        var load = new LoadEncoderOptions { InputColumnName = DatasetView.ImageColumnName, OutputColumnName = FeaturesColumnName, ImageSize = size };
        if (preset is not null)
            load = load with { Normalization = preset.Normalization };

        MLContext mlContext = context.CreateMLContext();
        device.ApplyTo(mlContext);
        return new SavedEncoder(mlContext.Contrastive().LoadEncoder(path, backbone, load), path, backbone.Name);
    }

    private static SavedEncoder OpenOnnx(VerbContext context, string path, IDataView images)
    {
        if (!File.Exists(path))
            throw new UsageException($"--encoder: there is no file '{path}'.");
        MLContext mlContext = context.CreateMLContext();
        OnnxEncoderEstimator estimator = mlContext.Transforms.ApplyOnnxEncoder(
            new OnnxEncoderEstimator.Options { ModelFile = path, InputColumnName = DatasetView.ImageColumnName, OutputColumnName = FeaturesColumnName });
        return new SavedEncoder(estimator.Fit(images), path, Path.GetFileName(path));
    }

    /// <summary>Whether a path is that of an ONNX file.</summary>
    public static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    /// <summary>The run that a path is the folder of, or a checkpoint or an exported file of.</summary>
    private static RunFolder? RunOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return new[] { full, Path.GetDirectoryName(Path.GetDirectoryName(full)) }.OfType<string>().Select(folder => new RunFolder(folder)).FirstOrDefault(folder => folder.HoldsRun);
    }

    private static bool IsFolderOf(RunFolder? run, string path) => run?.Path == Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static string Weights(RunFolder run, string? checkpoint) =>
        checkpoint is null && File.Exists(run.Weights) ? run.Weights : CheckpointOf(run, checkpoint ?? EncoderOptions.Last);

    private static string CheckpointOf(RunFolder run, string name) => run.Checkpoint(name) is var folder && Directory.Exists(folder)
        ? folder
        : throw new UsageException($"--encoder: the run in '{run.Path}' has no checkpoint '{name}' yet.");
}
