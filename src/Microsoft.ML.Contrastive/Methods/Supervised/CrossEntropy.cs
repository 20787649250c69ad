using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// Supervised classification: a linear classifier on the encoder, trained with it by cross-entropy. The baseline of self-supervised methods, and how
/// an encoder that they have pretrained is fine-tuned.
/// </summary>
internal sealed record CrossEntropy
{
    /// <summary>Number of classes C, at least 2.</summary>
    public required int ClassCount { get; init; }

    /// <summary>ε: the target is 1 − ε for the true class plus ε/C for each class (Szegedy et al., "Rethinking the Inception Architecture", section 7).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Factor on the encoder's learning rate; at 0 the encoder is frozen.</summary>
    public double EncoderLearningRateFactor { get; init; } = 1;

    /// <summary>A hash of the weights that the encoder starts from; null for fresh ones. It tells one training from another and is not used otherwise.</summary>
    public string? InitialEncoder { get; init; }

    /// <summary>Builds the network.</summary>
    /// <param name="backbone">The encoder.</param>
    /// <param name="initial">An encoder of the same description whose weights and statistics are copied; null for fresh ones.</param>
    public SupervisedModule Create(Backbone backbone, BackboneModule? initial)
    {
        BackboneModule encoder = backbone.Create();
        if (initial is not null)
            encoder.CopyFrom(initial);
        return new SupervisedModule(this, encoder);
    }
}
