using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training;

public sealed partial class ContrastivePretrainTrainer
{
    /// <summary>The settings of <see cref="ContrastivePretrainTrainer"/>.</summary>
    public sealed class Options : TrainingOptions
    {
        /// <summary>Makes settings with their default values.</summary>
        public Options()
            : base(
                ["View1", "View2"], new Sgd { LearningRate = ContrastivePretrainTrainer.Defaults.LearningRate, WeightDecay = ContrastivePretrainTrainer.Defaults.WeightDecay },
                ContrastivePretrainTrainer.Defaults.Epochs)
        {
        }

        /// <summary>The method and its settings.</summary>
        /// <value>The default value is SimCLR with its published settings.</value>
        public ContrastiveMethod Method { get; set; } = new SimClr();

        /// <summary>A linear classifier that learns along with pretraining and leaves it untouched; needs labels in <see cref="TrainingOptions.LabelColumnName"/>.</summary>
        /// <value>The default value is <see langword="null"/>: none.</value>
        public OnlineProbe? OnlineProbe { get; set; }

        /// <summary>
        /// Whether the encoder keeps the projection head, the network between features and loss that papers drop after training: for
        /// <see cref="Encoders.OnnxExportOptions.Projector"/>. It costs memory as long as the encoder lives, hundreds of megabytes in VICReg's published setting.
        /// </summary>
        /// <remarks>Of a run that has a workspace it can be had later: <see cref="TrainingOptions.Resume"/> with this option, without training again.</remarks>
        /// <value>The default value is <see langword="false"/>.</value>
        public bool KeepProjector { get; set; }

        private protected override bool MeasuresOnlineAccuracy => OnlineProbe is not null;

        internal override void Validate()
        {
            base.Validate();
            OnlineProbe?.Validate();
            ArgumentNullException.ThrowIfNull(Method);
            Method.Validate();
            Method.Validate(Backbone);
            Method.Validate(BatchSize);
            Method.ValidateViews(nameof(ViewColumnNames), ViewColumnNames.Length);
        }
    }

    /// <summary>Defaults of <see cref="Options"/>.</summary>
    internal static class Defaults
    {
        public const int Epochs = 200;

        /// <summary>AAAI-25, experimental set-up on STL-10 and Tiny-ImageNet: 0.5 at batch 512.</summary>
        public const double LearningRate = 0.25;

        /// <summary>AAAI-25, experimental set-up on STL-10 and Tiny-ImageNet.</summary>
        public const double WeightDecay = 1e-4;
    }
}
