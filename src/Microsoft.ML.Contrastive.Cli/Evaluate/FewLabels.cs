using MathNet.Numerics.Statistics;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>
/// What features are worth where few images have labels: a logistic regression on a few images of each class, drawn several times. Features have length 1 and the penalty the weight 1, as in
/// Tian et al., "Rethinking Few-Shot Image Classification" (ECCV 2020), and their released code.
/// </summary>
internal sealed class FewLabels
{
    private readonly LabelledImages _images;
    private readonly float[] _train, _test;
    private readonly string _views;
    private readonly int _dimension, _seed;

    /// <summary>Computes the features, once for all draws.</summary>
    /// <param name="mlContext">The context.</param>
    /// <param name="encoder">Images to <see cref="SavedEncoder.FeaturesColumnName"/>.</param>
    /// <param name="split">The images.</param>
    /// <param name="options">Columns, size, seed.</param>
    public FewLabels(MLContext mlContext, ITransformer encoder, LabelledSplit split, EncoderEvaluationOptions options)
    {
        var network = new ImageEncoder(mlContext, encoder, options, ResizeFilter.Bilinear);
        (_images, _views, _seed) = (LabelledImages.Read(split.Train, split.Test, options.LabelColumnName), network.CentralDescription, options.Seed!.Value);
        _train = network.Features(network.Encode(split.Train, "train", _seed, network.Central), _images.TrainLabels.Length, epoch: 0);
        _test = network.Features(network.Encode(split.Test, "test", _seed, network.Central), _images.TestLabels.Length, epoch: 0);
        _dimension = _train.Length / _images.TrainLabels.Length;
        FeatureRows.Normalise(_train, _dimension);
        FeatureRows.Normalise(_test, _dimension);
    }

    /// <summary>Measures several draws. All encoders are given the same ones.</summary>
    /// <param name="features">Name of the features.</param>
    /// <param name="perClass">Images of each class that teach; no class has fewer.</param>
    /// <param name="draws">How often they are drawn.</param>
    /// <param name="cancellation">Ends it between two draws.</param>
    public Measurement Measure(string features, int perClass, int draws, CancellationToken cancellation)
    {
        var random = new Random(_seed);
        double[] accuracies = new double[draws];
        for (int draw = 0; draw < draws; draw++)
        {
            cancellation.ThrowIfCancellationRequested();
            accuracies[draw] = Accuracy(Draw(random, perClass));
        }

        return new Measurement(
            features, "labels-per-class", $"{perClass} labels a class", accuracies.Mean(),
            $"logistic regression on {perClass} labelled image{(perClass == 1 ? "" : "s")} of each class (mean and standard deviation of {draws} "
                + $"draw{(draws == 1 ? "" : "s")}; features of length 1, l2 {MultinomialLogisticRegression.DefaultL2}); train and test: {_views}; {_images.TestLabels.Length} test "
                + $"images of {_images.Classes.Count} classes, seed {_seed}")
        {
            StandardDeviation = draws > 1 ? accuracies.StandardDeviation() : null,
        };
    }

    private int[] Draw(Random random, int perClass)
    {
        var rows = new List<int>();
        foreach (IGrouping<int, int> images in Enumerable.Range(0, _images.TrainLabels.Length).GroupBy(row => _images.TrainLabels[row]))
        {
            int[] shuffled = [.. images];
            random.Shuffle(shuffled);
            rows.AddRange(shuffled[..perClass]);
        }

        return [.. rows];
    }

    private double Accuracy(int[] rows)
    {
        float[] features = new float[rows.Length * _dimension];
        foreach ((int i, int row) in rows.Index())
            _train.AsSpan(row * _dimension, _dimension).CopyTo(features.AsSpan(i * _dimension));
        LinearClassifier classifier = MultinomialLogisticRegression.Fit(features, [.. rows.Select(row => _images.TrainLabels[row])], classCount: _images.TrainClassCount).Classifier;
        return Predictions.Of(classifier.Scores(_test), _images.TestLabels).Count(right => right.Rank == 0) / (double)_images.TestLabels.Length;
    }
}
