using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>Classifier and encoder trained together on the labelled images: <c>docs/fine-tuning.md</c>.</summary>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="EncoderRate">Learning rate of the encoder, as a part of the classifier's.</param>
internal sealed record FineTuning(int Epochs, double EncoderRate)
{
    /// <summary>What <c>docs/fine-tuning.md</c> shows.</summary>
    public const int DefaultEpochs = 30;

    /// <inheritdoc cref="DefaultEpochs"/>
    public const double DefaultEncoderRate = 0.1;

    private const int LargestBatch = 64, StepsOfAnEpoch = 4;
    private const string View = "View1";

    /// <summary>Trains and tests. The encoder stays as it is.</summary>
    /// <param name="mlContext">Its seed and GPU settings are used.</param>
    /// <param name="features">Name of the encoder.</param>
    /// <param name="encoder">What is started from.</param>
    /// <param name="split">The images.</param>
    /// <param name="options">Columns, seed.</param>
    /// <param name="afterEpoch">Is called after each epoch.</param>
    public Measurement Measure(MLContext mlContext, string features, ContrastiveEncoderTransformer encoder, LabelledSplit split, EncoderEvaluationOptions options, Action afterEpoch)
    {
        (double Min, double Max) scale = LinearEvaluationProtocol.Small.CropScale;
        LabelledImages images = LabelledImages.Read(split.Train, split.Test, options.LabelColumnName);
        var sgd = new Sgd { LearningRate = SupervisedTrainer.Defaults.LearningRate, WeightDecay = SupervisedTrainer.Defaults.WeightDecay };
        var settings = new SupervisedTrainer.Options
        {
            InputColumnName = DatasetView.ImageColumnName,
            ViewColumnNames = [View],
            LabelColumnName = options.LabelColumnName,
            InitialEncoder = encoder,
            EncoderLearningRateFactor = EncoderRate,
            Optimizer = sgd,
            Epochs = Epochs,
            BatchSize = BatchSize(images.TrainLabels.Length),
            MonitoredImages = 0,
            Seed = options.Seed,
            UnreadableImages = UnreadableImages.Throw,
            CancellationToken = options.Cancellation,
            MetricsCallback = _ => afterEpoch(),
        };
        using ImageClassifierTransformer classifier = mlContext.Transforms.CropViews(
            [View], DatasetView.ImageColumnName, new RandomResizedCrop { OutputSize = encoder.ImageSize, Scale = scale }, options.Seed)
            .Append(mlContext.Transforms.RandomHorizontalFlip([View]))
            .Append(mlContext.Contrastive().Trainers.SupervisedClassification(settings))
            .Fit(split.Train).LastTransformer;
        options.Cancellation.ThrowIfCancellationRequested();

        var network = new ImageEncoder(mlContext, classifier, options with { ImageSize = encoder.ImageSize, FeatureColumnName = classifier.ScoreColumnName }, ResizeFilter.Bilinear);
        Prediction[] predictions = Predictions.Of(network.Features(network.Encode(split.Test, "test", options.Seed!.Value, network.Central), images.TestLabels.Length, epoch: 0), images.TestLabels);
        int[][] confusion = [.. images.Classes.Select(_ => new int[images.Classes.Count])];
        foreach ((int label, Prediction prediction) in images.TestLabels.Zip(predictions))
            confusion[label][prediction.Named]++;
        return new Measurement(features, "fine-tuning", FormattableString.Invariant($"fine-tuning, {Epochs} epochs, encoder's rate × {EncoderRate}"), Share(1), string.Create(
            CultureInfo.InvariantCulture,
            $"fine-tuning ({nameof(Sgd)}, lr {sgd.LearningRate} × {settings.BatchSize}/256, the encoder's × {EncoderRate}, cosine, momentum {sgd.Momentum}, weight decay "
                + $"{sgd.WeightDecay}, batch {settings.BatchSize}, {Epochs} epochs); trained on random resized crops of scale {scale.Min}–{scale.Max} with flips, new in every "
                + $"epoch, tested: {network.CentralDescription}; {images.TrainLabels.Length} training and {images.TestLabels.Length} test images of {images.Classes.Count} classes, "
                + $"seed {options.Seed}"))
        {
            Top5 = Share(5),
            Classes = images.Classes,
            ConfusionMatrix = confusion,
        };

        // A power of two, so small that an epoch has some steps.
        static int BatchSize(int images)
        {
            int batch = LargestBatch;
            while (batch > 2 && batch * StepsOfAnEpoch > images)
                batch /= 2;
            return batch;
        }

        double Share(int top) => predictions.Count(prediction => prediction.Rank < top) / (double)predictions.Length;
    }
}
