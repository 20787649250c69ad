using System.Globalization;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>What an encoder's features are worth on a data set: two accuracies that depend on nothing but the features.</summary>
internal static class FrozenEvaluation
{
    /// <summary>
    /// Weight of the penalty of the logistic regression, a row. Large enough that the optimum is reached in seconds; the outcome hardly depends on it.
    /// </summary>
    private const double L2PerRow = 1e-3;

    /// <summary>How it is done, for the record: a sweep does not go on in a file that was measured in another way.</summary>
    public static string Protocol { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"knn: {NearestNeighbourClassifier.DefaultNeighbours} neighbours, temperature {NearestNeighbourClassifier.DefaultTemperature}; linear: multinomial logistic "
            + $"regression on standardised features, l2 {L2PerRow} a row; images as they are, resized and centre-cropped");

    /// <summary>Measures an encoder: the training images are the bank of the neighbours and teach the linear classifier, the test images are classified.</summary>
    /// <returns>Both accuracies, 0 to 1; null when a feature is not finite.</returns>
    public static (double Knn, double Linear)? Measure(MLContext mlContext, ContrastiveEncoderTransformer encoder, ClassFolders data, CancellationToken cancellation)
    {
        int[] trainLabels = data.Labels(data.Train), testLabels = data.Labels(data.Test);
        float[] train = Features(mlContext, encoder, data.Train), test = Features(mlContext, encoder, data.Test);
        if (train.Concat(test).Any(feature => !float.IsFinite(feature)))
            return null;
        FrozenAccuracy accuracy = Measure(train, trainLabels, test, testLabels, data.Classes.Length, cancellation);
        return (accuracy.Knn, accuracy.Linear);
    }

    /// <summary>Measures features, which are standardised in place after the neighbours have been asked.</summary>
    /// <param name="train">Features of the images that teach, n × d values.</param>
    /// <param name="trainLabels">Their classes.</param>
    /// <param name="test">Features of the images that are classified, m × d values.</param>
    /// <param name="testLabels">Their classes.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="cancellation">Ends it between the two.</param>
    /// <param name="maximumIterations">Iterations after which the linear classifier is taken as it is.</param>
    public static FrozenAccuracy Measure(
        float[] train, int[] trainLabels, float[] test, int[] testLabels, int classes, CancellationToken cancellation, int maximumIterations = MultinomialLogisticRegression.DefaultMaximumIterations)
    {
        cancellation.ThrowIfCancellationRequested();
        var neighbours = new NearestNeighbourClassifier(train, trainLabels, classCount: classes);
        double knn = neighbours.Classify(test).Accuracy(testLabels);
        cancellation.ThrowIfCancellationRequested();

        Standardise(train.Length / trainLabels.Length, train, test);
        LinearClassifier linear = MultinomialLogisticRegression.Fit(train, trainLabels, L2PerRow * trainLabels.Length, classes, maximumIterations).Classifier;
        int[] predicted = [.. linear.Scores(test).Chunk(classes).Select(scores => Array.IndexOf(scores, scores.Max()))];
        return new FrozenAccuracy(knn, linear.Accuracy(test, testLabels), predicted);
    }

    private static float[] Features(MLContext mlContext, ContrastiveEncoderTransformer encoder, LabelledImage[] images)
    {
        IDataView rows = mlContext.Data.LoadFromEnumerable(images);
        IDataView encoded = encoder.Transform(mlContext.Transforms.LoadImages(encoder.InputColumnName, imageFolder: null, nameof(LabelledImage.ImagePath)).Fit(rows).Transform(rows));
        var features = new float[images.Length * encoder.FeatureDimension];
        int row = 0;
        foreach (float[] values in encoded.GetColumn<float[]>(encoder.OutputColumnName))
            values.CopyTo(features, encoder.FeatureDimension * row++);
        return features;
    }

    /// <summary>Gives every feature mean 0 and deviation 1 on the training images. One that is constant there becomes 0 on them.</summary>
    private static void Standardise(int dimension, float[] train, float[] test)
    {
        for (int feature = 0; feature < dimension; feature++)
        {
            double sum = 0, squares = 0;
            int rows = train.Length / dimension;
            for (int i = feature; i < train.Length; i += dimension)
                sum += train[i];
            double mean = sum / rows;
            for (int i = feature; i < train.Length; i += dimension)
                squares += (train[i] - mean) * (train[i] - mean);
            double scale = squares > 0 ? Math.Sqrt(rows / squares) : 1;
            foreach (float[] part in (float[][])[train, test])
            {
                for (int i = feature; i < part.Length; i += dimension)
                    part[i] = (float)((part[i] - mean) * scale);
            }
        }
    }
}

/// <summary>What classifiers reach on features.</summary>
/// <param name="Knn">Accuracy of the nearest neighbours, 0 to 1.</param>
/// <param name="Linear">Accuracy of the linear classifier, 0 to 1.</param>
/// <param name="Predicted">The class that the linear classifier finds for each image.</param>
internal sealed record FrozenAccuracy(double Knn, double Linear, int[] Predicted);
