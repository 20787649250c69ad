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

    /// <summary>Builds the network.</summary>
    /// <param name="backbone">The encoder.</param>
    public SupervisedModule Create(Backbone backbone) => new(this, backbone.Create());
}
