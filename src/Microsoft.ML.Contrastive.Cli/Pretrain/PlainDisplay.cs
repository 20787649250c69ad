using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>Lines, for files and pipes: one an epoch, and how long it will take as soon as that is known.</summary>
internal sealed class PlainDisplay(TextWriter output, TextWriter error) : TrainingDisplay
{
    private readonly RemainingTime _remaining = new();
    private bool _told;

    /// <inheritdoc/>
    public override void Step(StepMetrics step)
    {
        TimeSpan? left = _remaining.After(step);
        if (_told || left is null)
            return;
        _told = true;
        output.WriteLine($"about {Duration(left.Value)} to go at {_remaining.ImagesPerSecond:0} images/s");
    }

    /// <inheritdoc/>
    public override void Epoch(EpochMetrics epoch) => output.WriteLine(epoch);

    /// <inheritdoc/>
    public override void Note(string text) => error.WriteLine(text);
}
