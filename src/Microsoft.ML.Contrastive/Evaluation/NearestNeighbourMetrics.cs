namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>What the nearest neighbours of frozen features reached.</summary>
public sealed record NearestNeighbourMetrics : EncoderMetrics
{
    internal NearestNeighbourMetrics(LabelledImages images, int[] predicted, double top5)
        : base(images, predicted, top5)
    {
    }

    /// <summary>Neighbours that voted: no more than there are training images.</summary>
    public required int Neighbours { get; init; }

    /// <summary>Temperature T of the votes exp(cos / T).</summary>
    public required double Temperature { get; init; }

    private protected override string Procedure => FormattableString.Invariant($"weighted nearest neighbours (k = {Neighbours}, T = {Temperature}, cosine)");
}
