using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Nearest neighbours from images to numbers: central crops on both sides.</summary>
internal static class EncoderNearestNeighbours
{
    public static NearestNeighbourMetrics Run(
        MLContext context, ITransformer encoder, IDataView train, IDataView test, int neighbours, double temperature, EncoderEvaluationOptions options)
    {
        options.Validate();
        NearestNeighbourClassifier.Validate(neighbours, temperature);
        var images = LabelledImages.Read(train, test, options.LabelColumnName);
        var network = new ImageEncoder(context, encoder, options, ResizeFilter.Bilinear);
        var seed = options.Seed ?? MlNetInternals.Seed((IHostEnvironment)context) ?? Random.Shared.Next();
        IDataView bank = network.Encode(train, nameof(train), seed, network.Central), queries = network.Encode(test, nameof(test), seed, network.Central);

        var classifier = new NearestNeighbourClassifier(
            network.Features(bank, images.TrainLabels.Length, epoch: 0), images.TrainLabels, neighbours, temperature, images.TrainClassCount);
        var votes = classifier.Classify(network.Features(queries, images.TestLabels.Length, epoch: 0));
        return new NearestNeighbourMetrics(images, votes.PredictedLabels(), votes.Accuracy(images.TestLabels, top: 5))
        {
            Images = $"train and test: {network.CentralDescription}",
            Seed = seed,
            Neighbours = classifier.Neighbours,
            Temperature = temperature,
        };
    }
}
