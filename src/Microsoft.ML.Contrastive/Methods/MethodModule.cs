using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>A self-supervised method in training: its loss knows no labels.</summary>
internal abstract class MethodModule(string name) : TrainingModule(name)
{
    /// <summary>The head between the encoder and the loss.</summary>
    public abstract override ProjectionHead Projector { get; }

    /// <inheritdoc cref="TrainingModule.Loss"/>
    public abstract Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position);

    /// <inheritdoc/>
    public sealed override Tensor Loss(IReadOnlyList<Tensor> views, Tensor? labels, TrainingPosition position) => Loss(views, position);
}
