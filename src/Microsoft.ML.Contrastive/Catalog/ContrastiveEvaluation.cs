using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive;

/// <summary>The evaluations of <c>mlContext.Contrastive()</c>: how good an encoder's features are, by the procedures that the field publishes.</summary>
/// <remarks>
/// An encoder is a <see cref="ContrastiveEncoderTransformer"/>, or any other transformer that makes a vector of floats of an image column: a loaded
/// <c>.mlnet</c> model, a chain around ML.NET's <c>ApplyOnnxModel</c>, the pixels themselves. It is given the procedure's own views in place of the image
/// column, and is never trained. Both data sets need an image column (<c>LoadImages</c>) and a label in every row.
/// </remarks>
public sealed class ContrastiveEvaluation
{
    private readonly MLContext _context;

    internal ContrastiveEvaluation(MLContext context) => _context = context;

    /// <summary>Trains a linear classifier on frozen features by a published protocol, its augmentation included, and tests it.</summary>
    /// <param name="encoder">Makes features of images.</param>
    /// <param name="train">Labelled images that the classifier is trained on: at least one.</param>
    /// <param name="test">Labelled images that it is tested on: at least one. A class that <paramref name="train"/> does not have counts as wrong.</param>
    /// <param name="protocol">The protocol; vary one by <c>protocol with { Name = "mine", … }</c>.</param>
    /// <param name="options">Columns, sizes, seed, which images to train on. The default value is the published procedure.</param>
    /// <returns>The accuracies, with the protocol that gave them; <c>ToString</c> prints both.</returns>
    /// <remarks>
    /// The encoder runs over the training images once an epoch, since the protocols augment them anew: 100 epochs cost 100 passes.
    /// <see cref="LinearEvaluationImages.CentralCropsOnly"/> costs one, gives a number that is not comparable with published ones, and says so.
    /// The same seed gives the same numbers on the same machine.
    /// </remarks>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, a row has no label, there are no rows, or options contradict one another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be read, a feature is not finite, or the training diverged.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public LinearEvaluationMetrics LinearEvaluation(
        ITransformer encoder, IDataView train, IDataView test, LinearEvaluationProtocol protocol, LinearEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(protocol);
        return new EncoderLinearEvaluation(_context, encoder, train, test, protocol, options ?? new LinearEvaluationOptions()).Run();
    }

    /// <inheritdoc cref="LinearEvaluation(ITransformer, IDataView, IDataView, LinearEvaluationProtocol, LinearEvaluationOptions)"/>
    /// <param name="encoder">Makes features of images.</param>
    /// <param name="train">Labelled images that the classifier is trained on: at least one.</param>
    /// <param name="test">Labelled images that it is tested on: at least one. A class that <paramref name="train"/> does not have counts as wrong.</param>
    /// <param name="protocolName">Name of a published protocol, e.g. "moco-v3"; an unknown one is answered with those that there are.</param>
    /// <param name="options">Columns, sizes, seed, which images to train on. The default value is the published procedure.</param>
    public LinearEvaluationMetrics LinearEvaluation(
        ITransformer encoder, IDataView train, IDataView test, string protocolName, LinearEvaluationOptions? options = null) =>
        LinearEvaluation(encoder, train, test, LinearEvaluationProtocol.ByName(protocolName), options);

    /// <summary>Classifies test images by the votes exp(cos / T) of their most similar training images, central crops on both sides: nothing is trained.</summary>
    /// <param name="encoder">Makes features of images.</param>
    /// <param name="train">Labelled images that vote: at least one.</param>
    /// <param name="test">Labelled images that are voted on: at least one. A class that <paramref name="train"/> does not have counts as wrong.</param>
    /// <param name="neighbours">Neighbours k that vote, at least 1. The default value is 200, as in Wu et al. (CVPR 2018).</param>
    /// <param name="temperature">Temperature T of the votes, at least 0.002. The default value is 0.1, as in lightly's published figures; Wu et al. and DINO have 0.07.</param>
    /// <param name="options">Columns, sizes.</param>
    /// <returns>The accuracies, with k and T that gave them; <c>ToString</c> prints all of it.</returns>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, a row has no label, there are no rows, or options contradict one another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be read, or a feature is not finite.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    public NearestNeighbourMetrics NearestNeighbours(
        ITransformer encoder, IDataView train, IDataView test,
        int neighbours = NearestNeighbourClassifier.DefaultNeighbours, double temperature = 0.1, EncoderEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        return EncoderNearestNeighbours.Run(_context, encoder, train, test, neighbours, temperature, options ?? new EncoderEvaluationOptions());
    }
}
