using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>What is measured.</summary>
internal sealed record EvaluationPlan
{
    /// <summary>Neighbours that vote; null for no nearest neighbours.</summary>
    public int? Neighbours { get; init; }

    /// <summary>Temperature of their votes.</summary>
    public double Temperature { get; init; }

    /// <summary>Protocols of linear evaluations.</summary>
    public IReadOnlyList<LinearEvaluationProtocol> Linear { get; init; } = [];

    /// <summary>Which images linear classifiers are trained on.</summary>
    public LinearEvaluationImages LinearImages { get; init; }

    /// <summary>Numbers of labelled images of each class.</summary>
    public IReadOnlyList<int> LabelsPerClass { get; init; } = [];

    /// <summary>How often they are drawn.</summary>
    public int Draws { get; init; }

    /// <summary>Fine-tuning; null for none.</summary>
    public FineTuning? FineTuning { get; init; }
}

/// <summary>Something that makes features of images.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Transformer">Images to <see cref="SavedEncoder.FeaturesColumnName"/>.</param>
/// <param name="ImageSize">Size of its images.</param>
/// <param name="IsBaseline">Whether it is there to be beaten: its failure does not end the evaluation.</param>
internal sealed record Features(string Name, ITransformer Transformer, ImageSize ImageSize, bool IsBaseline = false);

/// <summary>Measures features by a plan.</summary>
/// <param name="mlContext">Its GPU settings are used for fine-tuning.</param>
/// <param name="split">The images.</param>
/// <param name="plan">What is measured.</param>
/// <param name="seed">Seed of everything random.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class EvaluationRun(MLContext mlContext, LabelledSplit split, EvaluationPlan plan, int seed, CancellationToken cancellation)
{
    /// <summary>Begins something that takes so many steps, and returns what is to be called after each of them.</summary>
    public Func<string, int, Action>? Begin { get; init; }

    /// <summary>The measurements, one after the other.</summary>
    public IEnumerable<Measurement> Measure(Features features)
    {
        ContrastiveEvaluation evaluation = mlContext.Contrastive().Evaluation;
        LinearEvaluationOptions options = Options(features);
        if (plan.Neighbours is { } neighbours)
        {
            yield return Try(features, "knn", "nearest neighbours", 1, done =>
            {
                NearestNeighbourMetrics metrics = evaluation.NearestNeighbours(features.Transformer, split.Train, split.Test, neighbours, plan.Temperature, options);
                done();
                return Measurement.Of(features.Name, "knn", FormattableString.Invariant($"k = {metrics.Neighbours}, T = {metrics.Temperature}"), metrics);
            });
        }

        foreach (LinearEvaluationProtocol protocol in plan.Linear)
        {
            yield return Try(features, "linear", $"linear {protocol.Name}", protocol.Epochs, done =>
            {
                LinearEvaluationMetrics metrics = evaluation.LinearEvaluation(features.Transformer, split.Train, split.Test, protocol, options with { Progress = new AfterEpoch(done) });
                return Measurement.Of(features.Name, "linear", metrics.ProtocolName, metrics);
            });
        }

        if (plan.LabelsPerClass.Count > 0)
        {
            var few = new FewLabels(mlContext, features.Transformer, split, options);
            foreach (int perClass in plan.LabelsPerClass)
                yield return Try(features, "labels-per-class", $"{perClass} labels a class", 1, done =>
                {
                    Measurement measurement = few.Measure(features.Name, perClass, plan.Draws, cancellation);
                    done();
                    return measurement;
                });
        }

        if (plan.FineTuning is { } tuning && features.Transformer is ContrastiveEncoderTransformer encoder)
        {
            // There is nothing in random weights to be careful with.
            tuning = features.IsBaseline ? tuning with { EncoderRate = 1 } : tuning;
            yield return Try(features, "fine-tuning", "fine-tuning", tuning.Epochs, done => tuning.Measure(mlContext, features.Name, encoder, split, options, done));
        }
    }

    private LinearEvaluationOptions Options(Features features) => new()
    {
        ImageColumnName = DatasetView.ImageColumnName,
        LabelColumnName = DatasetView.LabelColumnName,
        FeatureColumnName = SavedEncoder.FeaturesColumnName,
        ImageSize = features.ImageSize,
        TrainingImages = plan.LinearImages,
        Seed = seed,
        Cancellation = cancellation,
    };

    private Measurement Try(Features features, string measure, string protocol, int steps, Func<Action, Measurement> run)
    {
        try
        {
            return run(Begin?.Invoke($"{features.Name}, {protocol}", steps) ?? (() => { }));
        }
        catch (Exception error) when (features.IsBaseline && error is InvalidOperationException or Training.NonFiniteLossException)
        {
            return new Measurement(features.Name, measure, protocol, null, $"{protocol}: {error.Message}");
        }
    }

    /// <summary>At once and on the same thread, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class AfterEpoch(Action done) : IProgress<double>
    {
        public void Report(double value) => done();
    }
}
