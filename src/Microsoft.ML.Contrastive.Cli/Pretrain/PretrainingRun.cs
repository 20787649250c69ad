using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Presets;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>One pretraining: from resolved settings to a folder with an encoder.</summary>
/// <param name="folder">Where everything goes.</param>
/// <param name="run">Data, seed, machine.</param>
/// <param name="preset">Method, network, views, optimiser.</param>
/// <param name="dataset">The images.</param>
/// <param name="mlContext">A context with the run's seed.</param>
internal sealed class PretrainingRun(RunFolder folder, RunSettings run, ContrastivePreset preset, Dataset dataset, MLContext mlContext)
{
    /// <summary>Last and best checkpoint, and the one that is being written.</summary>
    private const int CheckpointsAtOnce = 3;

    /// <summary>Weights, and at most two moments of the optimiser; the exported files are as large as the weights once more.</summary>
    private const int CopiesOfWeights = 3;

    /// <summary>The run as it stands.</summary>
    public RunRecord Record { get; private set; } = null!;

    /// <summary>The last step that was done since this process began: a run that is stopped is saved behind it.</summary>
    public StepMetrics? LastStep { get; private set; }

    /// <summary>Loads torch, chooses the device, and shows that the folder takes what will be written. Nothing of an old run has been touched by then.</summary>
    public void Prepare()
    {
        DeviceChoice.Parse(run.Device).ApplyTo(mlContext);
        string[] splits = TrainingSplits();
        (long bytes, int features) = Network();
        folder.RequireWritable(bytes);
        Record = new RunRecord
        {
            Dataset = new DatasetFacts(
                dataset.Path, dataset.Format, splits.Sum(dataset.CountOf), HasValidation ? dataset.CountOf(Split.Validation) : 0, dataset.ClassNames),
            Device = mlContext.GpuDeviceId is { } gpu ? string.Create(CultureInfo.InvariantCulture, $"cuda:{gpu}") : "cpu",
            Threads = run.TorchThreads ?? torch.get_num_threads(),
            Method = preset.Method.Name,
            Backbone = preset.Backbone.Name,
            FeatureDimension = features,
            ImageSize = [preset.Views[0].Crop.OutputSize.Width, preset.Views[0].Crop.OutputSize.Height],
            Epochs = preset.Epochs,
        };
    }

    /// <summary>Trains and exports.</summary>
    /// <param name="display">Shows how it goes.</param>
    /// <param name="resume">Whether to go on from a checkpoint.</param>
    /// <param name="cancellation">Ends training after a step.</param>
    /// <returns>The run as it stands at its end.</returns>
    public RunRecord Execute(TrainingDisplay display, bool resume, CancellationToken cancellation)
    {
        bool begun = false;
        if (preset.Epochs == 0)
            display.Note("epochs is 0: nothing is trained, and the encoder that is exported has its initial weights.");
        try
        {
            using ContrastiveEncoderTransformer encoder = display.Around(() => Train(display, resume, () => begun = true, cancellation));
            Record = Record with { TrainedEpochs = encoder.TrainedEpochs, Last = EpochMetrics.ReadFile(folder.Metrics) is [.., var last] ? last : null };
            return Save(cancellation.IsCancellationRequested
                ? Record with { Status = RunStatus.Cancelled }
                : Record with { Status = RunStatus.Completed, Exported = Export(encoder) });
        }
        catch (Exception error)
        {
            try
            {
                if (begun)
                    Save(Record with { Status = RunStatus.Failed, Error = error.Message });
                else if (!resume)
                    folder.Remove();
            }
            catch (Exception second) when (second is IOException or UnauthorizedAccessException)
            {
                // The disk is what failed: the first error says so.
            }

            if (error is IOException && begun)
                throw new IOException($"{error.Message} What was saved before is whole: make room if the disk is full, then go on with: {folder.ResumeCommand}", error);
            if (error is OperationCanceledException)
                throw new OperationCanceledException($"Stopped before the first step. {(resume ? "The run is as it was." : "Nothing was kept.")}", error);
            throw;
        }
    }

    private bool HasValidation => dataset.CountOf(Split.Validation) > 0 && dataset.ClassNames.Count > 0;

    /// <summary>Everything but what is kept for validation and tests.</summary>
    private string[] TrainingSplits() => dataset.Splits.Where(split => split is Split.Train or Split.Unlabeled).ToArray() is { Length: > 0 } training
        ? training
        : [.. dataset.Splits];

    private (long Bytes, int Features) Network()
    {
        using MethodModule network = preset.Method.Create(preset.Backbone);
        long weights = network.parameters().Concat(network.buffers()).Sum(tensor => tensor.numel() * tensor.element_size());
        return (weights * CopiesOfWeights * CheckpointsAtOnce, preset.Backbone.FeatureDimension);
    }

    /// <param name="display">Shows how it goes.</param>
    /// <param name="resume">Whether to go on from a checkpoint.</param>
    /// <param name="begin">Called before the first step has been saved: from then on there is something to keep.</param>
    /// <param name="cancellation">Ends training after a step.</param>
    private ContrastiveEncoderTransformer Train(TrainingDisplay display, bool resume, Action begin, CancellationToken cancellation)
    {
        bool begun = false;
        TensorBoardEvents? events = null;
        IDataView images = dataset.RowsOf(TrainingSplits());
        return mlContext.Contrastive().Pretraining(preset, imagePathColumnName: null, seed: run.Seed, configure: options =>
        {
            run.ApplyTo(options);
            options.LabelColumnName = dataset.ClassNames.Count > 0 ? DatasetView.LabelColumnName : null;
            options.ValidationSet = HasValidation ? dataset.RowsOf(Split.Validation) : null;
            options.WorkspacePath = folder.Path;
            options.Resume = resume;
            options.CancellationToken = cancellation;
            options.StepCallback = step =>
            {
                if (!begun)
                {
                    begun = true;
                    begin();
                    Save(Record with { Status = RunStatus.Running });
                }

                LastStep = step;
                display.Step(step);
            };
            options.MetricsCallback = epoch =>
            {
                // By now every image has been read.
                foreach (string turned in epoch.Epoch == 1 ? dataset.OrientationWarnings.Except(dataset.Notes) : [])
                    display.Note(turned);
                Save(Record with { Last = epoch });
                (events ??= new TensorBoardEvents(folder.Path)).Add(epoch);
                display.Epoch(epoch);
            };
        }).Fit(images).LastTransformer;
    }

    private string[] Export(ContrastiveEncoderTransformer encoder)
    {
        Directory.CreateDirectory(folder.ExportedModels);
        encoder.ExportToOnnx(folder.Onnx);
        encoder.SaveWeights(folder.Weights);
        return [.. new[] { folder.Onnx, folder.Weights }.Select(file => Path.GetRelativePath(folder.Path, file).Replace('\\', '/'))];
    }

    private RunRecord Save(RunRecord record)
    {
        Record = record.Status == RunStatus.Running ? record : record with { Finished = DateTimeOffset.Now };
        folder.Write(Record);
        return Record;
    }
}
