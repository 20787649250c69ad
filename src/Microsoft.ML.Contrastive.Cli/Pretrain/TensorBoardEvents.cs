using Microsoft.ML.Contrastive.Training;
using TorchSharp;
using TorchSharp.Modules;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>The metrics of a run as TensorBoard reads them: <c>events.out.tfevents.*</c> in its folder.</summary>
internal sealed class TensorBoardEvents(string folder)
{
    private readonly SummaryWriter _writer = torch.utils.tensorboard.SummaryWriter(folder, createRunName: false);

    /// <summary>Adds an epoch.</summary>
    public void Add(EpochMetrics metrics)
    {
        Scalar("loss", metrics.Loss);
        Scalar("learning_rate", metrics.LearningRate);
        Scalar("images_per_second", metrics.ImagesPerSecond);
        Scalar("waiting_for_data", metrics.WaitingForData);
        Scalar("representation/spread", metrics.FeatureSpread);
        Scalar("representation/effective_rank", metrics.EffectiveRank);
        Scalar("representation/alignment", metrics.Alignment);
        Scalar("representation/uniformity", metrics.Uniformity);
        Scalar("accuracy/knn", metrics.KnnAccuracy);
        Scalar("accuracy/online", metrics.OnlineValidationAccuracy ?? metrics.OnlineTrainingAccuracy);

        void Scalar(string tag, double? value)
        {
            if (value is { } number && double.IsFinite(number))
                _writer.add_scalar(tag, (float)number, metrics.Epoch);
        }
    }
}
