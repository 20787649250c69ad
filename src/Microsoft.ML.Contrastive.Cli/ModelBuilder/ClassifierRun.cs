using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Report;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>From images, some of them labelled, to a classifier in a project: compares features, pretrains, trains, writes.</summary>
/// <param name="context">What was typed.</param>
/// <param name="files">What is written.</param>
/// <param name="project">The project that it becomes a part of; null for none.</param>
/// <param name="form">Model Builder's configuration.</param>
/// <param name="log">Receives what is printed.</param>
internal sealed class ClassifierRun(VerbContext context, GeneratedFiles files, ProjectFile? project, TrainingConfiguration form, LogFile log)
{
    /// <summary>Does all of it.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="test">Images to measure on; null for some of the data set.</param>
    /// <param name="configuration">How the encoder is pretrained.</param>
    /// <param name="resume">Whether to go on with the pretraining that was begun.</param>
    /// <param name="resumeCommand">What to type to go on with it.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public int Execute(Dataset dataset, Dataset? test, RunConfiguration configuration, bool resume, string resumeCommand)
    {
        bool isNew = !Directory.Exists(files.Folder);
        try
        {
            return Train(dataset, test, configuration, resume, resumeCommand);
        }
        finally
        {
            // Nothing was begun: no folder stays behind.
            foreach (string made in (string[])[files.Run, Path.GetDirectoryName(files.Run)!, .. isNew ? [files.Folder] : Array.Empty<string>()])
            {
                if (Directory.Exists(made) && !Directory.EnumerateFileSystemEntries(made).Any())
                    Directory.Delete(made);
            }
        }
    }

    private int Train(Dataset dataset, Dataset? test, RunConfiguration configuration, bool resume, string resumeCommand)
    {
        (RunSettings settings, ContrastivePreset preset) = configuration.Read();
        ClassificationImages images = ClassificationImages.Of(dataset, test, form.HeldOutFraction, settings.Seed);
        var notes = new List<string>(dataset.Notes);
        ProjectFile? changed = project is not null && Accepts(project, notes) ? project : null;
        byte[]? projectText = changed?.With(files, notes);

        var folder = new RunFolder(files.Run);
        TrainingDisplay display = TrainingDisplay.For(context);
        MLContext mlContext = context.CreateMLContext(settings.Seed, display.Note);
        log.Listen(mlContext);
        var run = new PretrainingRun(folder, settings, preset, dataset, mlContext);
        run.Prepare();
        Say("Start Training");
        Say(
            $"start image classification: {images.TrainingCount} labelled images of {dataset.ClassNames.Count} classes, {images.HeldOutCount} more to measure on "
                + $"({images.Description}), {run.Record.Dataset.Images} to pretrain on");
        Say("Evaluate Metric: MicroAccuracy");
        Say(
            $"Available Trainers: {TrainingConfiguration.Trainer} on pixels, on an encoder with random weights, and on one pretrained by {preset.Method.Name} "
                + $"({preset.Backbone.Name}, {preset.Epochs} epochs)");
        notes.ForEach(display.Note);

        ImageSize size = preset.Views[0].Crop.OutputSize;
        var trials = new List<Trial>
        {
            Try(mlContext, "pixels", BaselineEncoders.Pixels(mlContext, size, images.Training), images, Stopwatch.GetTimestamp()),
        };
        using (ContrastiveEncoderTransformer random = BaselineEncoders.Untrained(mlContext, preset.Backbone, preset.Normalization, size, settings.Seed))
            trials.Add(Try(mlContext, "a random encoder", random, images, Stopwatch.GetTimestamp()));

        long start = Stopwatch.GetTimestamp();
        if (!resume)
        {
            folder.Clear();
            folder.Write(configuration);
        }

        RunRecord record = run.Execute(display, resume, context.Cancellation);
        // Checkpoints are large and can be made again.
        RunFolder.Write(Path.Combine(Path.GetDirectoryName(folder.Path)!, ".gitignore"), "*");
        if (record.Status == RunStatus.Cancelled)
        {
            context.Error.WriteLine($"Stopped; the pretraining is saved. Go on with: {resumeCommand}");
            return ExitCode.Cancelled;
        }

        try
        {
            using ContrastiveEncoderTransformer encoder = mlContext.Contrastive().LoadEncoder(folder.Weights, preset.Backbone, new LoadEncoderOptions
            {
                InputColumnName = DatasetView.ImageColumnName,
                OutputColumnName = FeatureClassifier.FeaturesColumnName,
                ImageSize = size,
                Normalization = preset.Normalization,
            });
            trials.Add(Try(mlContext, preset.Method.Name, encoder, images, start));
            IReadOnlyList<ITransformer> classifier = FeatureClassifier.Train(mlContext, FeatureClassifier.Features(mlContext, encoder, images.Final, context.Cancellation));
            Comparison.Write(trials, Say);
            if (trials.MaxBy(trial => trial.MicroAccuracy) is { } best && best.MicroAccuracy > trials[^1].MicroAccuracy)
                Say($"Pretraining does not pay here yet: the classifier on {best.Features} does better. Train longer (--epochs), on more images (--unlabeled), or on larger ones (--image-size).");
            var facts = new ClassifierFacts
            {
                Encoder = record,
                Classes = [.. dataset.ClassNames.Order(StringComparer.Ordinal)],
                TrainingImages = images.TrainingCount,
                HeldOutImages = images.HeldOutCount,
                HeldOut = images.Description,
                Trials = trials,
                Pretraining = JsonNode.Parse(configuration.ToString())!.AsObject(),
            };
            IEnumerable<string> written = Write(mlContext, new TransformerChain<ITransformer>([encoder, .. classifier]), facts, changed, projectText);
            bool reported = RunReport.TryWrite(context, folder, settings, dataset, display);
            if (reported)
                Say($"wrote {folder.Report}");
            if (context.Json)
                WriteJson(facts, written, changed, reported ? folder.Report : null);
            return ExitCode.Success;
        }
        catch (OperationCanceledException error)
        {
            throw new OperationCanceledException($"Stopped; the encoder is pretrained. Go on with: {resumeCommand}", error);
        }
    }

    /// <returns>The files that were written.</returns>
    private IEnumerable<string> Write(MLContext mlContext, ITransformer model, ClassifierFacts facts, ProjectFile? changed, byte[]? projectText)
    {
        RunRecord encoder = facts.Encoder;
        (int width, int height) = (encoder.ImageSize[0], encoder.ImageSize[1]);
        var code = new GeneratedCode(
            files.Name, Namespace(files, project), GeneratedFiles.Relative(files.Model, changed?.Folder ?? files.Folder), (width, height), encoder.FeatureDimension);
        Trial trained = facts.Trials[^1];
        form.SetResult(trained.MicroAccuracy, trained.Seconds, (width, height, encoder.FeatureDimension), encoder.Device != DeviceChoice.Cpu, files.Model);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn(DatasetView.LabelColumnName, TextDataViewType.Instance);
        schema.AddColumn(DatasetView.ImageColumnName, new ImageDataViewType());

        Directory.CreateDirectory(files.Folder);
        List<(string File, Action<string> Write)> writers =
        [
            (files.Model, path => mlContext.Model.Save(model, schema.ToSchema(), path)),
            (files.Facts, path => File.WriteAllText(path, facts + "\n")),
            (files.Configuration, path => File.WriteAllText(path, form + "\n")),
            (files.Consumption, path => File.WriteAllText(path, code.Consumption)),
            (files.Training, path => File.WriteAllText(path, code.Training)),
        ];
        if (projectText is not null)
            writers.Add((changed!.Path, path => File.WriteAllBytes(path, projectText)));
        GeneratedFiles.Write(writers);

        foreach ((string file, _) in writers)
            Say($"wrote {file}");
        if (changed is null)
            Say(
                $"No project was changed. A project needs these files, {Path.GetFileName(files.Model)} copied to its output, and the packages "
                    + $"{string.Join(", ", StockPackages.All.Select(package => $"{package.Package} {package.Version}"))}.");
        Say($"In your code: var prediction = {code.Namespace}.{files.Name}.Predict(new {code.Namespace}.{files.Name}.ModelInput {{ ImageSource = File.ReadAllBytes(\"photo.jpg\") }});");
        return writers.Select(writer => writer.File);
    }

    private void WriteJson(ClassifierFacts facts, IEnumerable<string> written, ProjectFile? changed, string? report) => context.WriteJson(new
    {
        Class = $"{Namespace(files, project)}.{files.Name}",
        files.Model,
        Project = changed?.Path,
        Packages = StockPackages.All.Select(package => new { package.Package, package.Version }),
        facts.Classes,
        facts.TrainingImages,
        facts.HeldOutImages,
        facts.HeldOut,
        facts.Trials,
        Run = files.Run,
        Report = report,
        Files = written,
    });

    /// <summary>Namespace of the generated code.</summary>
    /// <exception cref="UsageException">It would hide the class.</exception>
    public static string Namespace(GeneratedFiles files, ProjectFile? project)
    {
        string name = project?.RootNamespace ?? Identifier.Namespace(Path.GetFileName(files.Folder));
        if (name.Split('.')[0] == files.Name)
            throw new UsageException($"'{files.Name}' is the namespace, too, in which the class could not be told from it. Choose another name, such as {files.Name}Model.");
        return name;
    }

    private bool Accepts(ProjectFile target, List<string> notes)
    {
        string? reason = !target.IsSdkStyle ? "lists its files one by one"
            : !files.IsIn(target.Folder) ? "is in another folder"
            : null;
        if (reason is not null)
            notes.Add($"'{target.Path}' {reason} and is left as it is.");
        return reason is null;
    }

    private Trial Try(MLContext mlContext, string name, ITransformer featurizer, ClassificationImages images, long start)
    {
        IReadOnlyList<ITransformer> classifier = FeatureClassifier.Train(mlContext, FeatureClassifier.Features(mlContext, featurizer, images.Training, context.Cancellation));
        MulticlassClassificationMetrics metrics = FeatureClassifier.Evaluate(mlContext, classifier, FeatureClassifier.Features(mlContext, featurizer, images.HeldOut, context.Cancellation));
        return new Trial(name, metrics.MicroAccuracy, metrics.MacroAccuracy, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private void Say(string text)
    {
        context.Progress.WriteLine(text);
        log.WriteLine(text);
    }
}
