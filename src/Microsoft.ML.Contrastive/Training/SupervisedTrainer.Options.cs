using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training;

public sealed partial class SupervisedTrainer
{
    /// <summary>The settings of <see cref="SupervisedTrainer"/>.</summary>
    public sealed class Options : TrainingOptions
    {
        /// <summary>Makes settings with their default values.</summary>
        public Options()
            : base(["View1"], new Sgd { LearningRate = SupervisedTrainer.Defaults.LearningRate, WeightDecay = SupervisedTrainer.Defaults.WeightDecay }, SupervisedTrainer.Defaults.Epochs)
        {
        }

        /// <summary>Column that the classifier will write the probabilities of the classes to: a vector of floats with the classes' names as slot names.</summary>
        /// <value>The default value is "Score".</value>
        public string ScoreColumnName { get; set; } = SupervisedTrainer.Defaults.ScoreColumnName;

        /// <summary>Column that the classifier will write the name of the most probable class to, as text.</summary>
        /// <value>The default value is "PredictedLabel".</value>
        public string PredictedLabelColumnName { get; set; } = SupervisedTrainer.Defaults.PredictedLabelColumnName;

        /// <summary>
        /// Factor on the learning rate of the encoder, the classifier's being 1. Below 1 it moves a pretrained encoder less than the classifier, which starts from
        /// nothing; at 0 the encoder is frozen, with the statistics of its batch norms, and only the classifier is trained: a linear evaluation under augmentation.
        /// </summary>
        /// <value>A finite number, 0 or above. The default value is 1.</value>
        public double EncoderLearningRateFactor { get; set; } = SupervisedTrainer.Defaults.EncoderLearningRateFactor;

        /// <summary>
        /// How much of the target is spread evenly over all classes (Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016, section
        /// 7, which uses 0.1).
        /// </summary>
        /// <value>From 0 to below 1. The default value is 0.</value>
        public double LabelSmoothing { get; set; } = SupervisedTrainer.Defaults.LabelSmoothing;

        internal override EpochMetric DefaultMetric => EpochMetric.ValidationAccuracy;

        internal override void Validate()
        {
            base.Validate();
            Require(LabelColumnName!, nameof(LabelColumnName));
            Require(ScoreColumnName, nameof(ScoreColumnName));
            Require(PredictedLabelColumnName, nameof(PredictedLabelColumnName));
            if (ViewColumnNames.Length == 0)
                throw new ArgumentException(
                    $"{nameof(ViewColumnNames)} is empty; name at least one view: the image as training sees it, augmented. Make it with a crop step such as RandomResizedCrop.",
                    nameof(ViewColumnNames));
            string[] columns = [LabelColumnName!, OutputColumnName, ScoreColumnName, PredictedLabelColumnName];
            if (columns.Distinct().Count() < columns.Length)
                throw new ArgumentException(
                    $"{nameof(LabelColumnName)}, {nameof(OutputColumnName)}, {nameof(ScoreColumnName)} and {nameof(PredictedLabelColumnName)} are "
                        + $"{string.Join(", ", columns.Select(c => $"'{c}'"))}; they must differ.");
            if (!(EncoderLearningRateFactor >= 0 && double.IsFinite(EncoderLearningRateFactor)))
                throw new ArgumentOutOfRangeException(
                    nameof(EncoderLearningRateFactor), EncoderLearningRateFactor,
                    FormattableString.Invariant($"{nameof(EncoderLearningRateFactor)} is {EncoderLearningRateFactor}; it must be a finite number, 0 or above."));
            if (!(LabelSmoothing is >= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), LabelSmoothing, FormattableString.Invariant($"{nameof(LabelSmoothing)} is {LabelSmoothing}; it must lie in [0, 1)."));
        }
    }

    /// <summary>Defaults of <see cref="Options"/>.</summary>
    internal static class Defaults
    {
        public const string ScoreColumnName = "Score";
        public const string PredictedLabelColumnName = "PredictedLabel";
        public const double EncoderLearningRateFactor = 1;
        public const double LabelSmoothing = 0;

        /// <summary>Goyal et al., "Accurate, Large Minibatch SGD" (2017), section 5.1: 90 epochs, 0.1 a batch of 256, weight decay 1e-4.</summary>
        public const int Epochs = 90;

        /// <inheritdoc cref="Epochs"/>
        public const double LearningRate = 0.1;

        /// <inheritdoc cref="Epochs"/>
        public const double WeightDecay = 1e-4;
    }
}
