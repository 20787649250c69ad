using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The online linear probe: a linear classifier that learns along with pretraining, by cross-entropy, on the features of the training views as they are at each
/// step. No gradient passes from it to the encoder, which ends bit for bit as it would without.
/// </summary>
/// <remarks>
/// <para>
/// It tells during training, at the price of a matrix product a step, how well classes can be told apart linearly. Published figures of solo-learn are of this
/// kind ("online"). They are no linear evaluation: the classifier saw features that kept changing, of augmented views, and is not trained to its end; compare online
/// figures with online figures. See <see cref="EpochMetrics.OnlineTrainingAccuracy"/> and <see cref="EpochMetrics.OnlineValidationAccuracy"/>.
/// </para>
/// <para>
/// The classifier is trained by SGD with momentum 0.9 and without weight decay, along pretraining's own learning-rate schedule (solo-learn), and starts at zero,
/// since it must not draw from the random numbers of pretraining. Rows without a label do not count. Of a method with two networks it gets the features of the one
/// that is handed out: of DINO the teacher's, which sees the global views, unless <see cref="Dino.EncoderFrom"/> says otherwise.
/// </para>
/// </remarks>
public sealed record OnlineProbe
{
    /// <summary>solo-learn's recipes on CIFAR and ImageNet-100, <c>classifier_lr</c>.</summary>
    internal const double DefaultLearningRate = 0.1;

    /// <summary>The classifier's peak learning rate at 256 images a step; it scales with the images of a step.</summary>
    /// <value>Above 0. The default value is 0.1.</value>
    public double LearningRate { get; init; } = DefaultLearningRate;

    /// <summary>Throws when a setting is out of its range.</summary>
    internal void Validate() => Require.Positive(LearningRate, $"{nameof(OnlineProbe)}.{nameof(LearningRate)}");
}
