using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What the trainer does with an image that cannot be read.</summary>
public enum UnreadableImages
{
    /// <summary>Names it in the log, counts it and trains without it. Training fails only when no image is left.</summary>
    Skip,

    /// <summary>Throws with its name.</summary>
    Throw,
}

/// <summary>Counts the images that could not be read and names the first few.</summary>
internal sealed class ImageErrors(UnreadableImages handling, IChannel channel)
{
    private const int NamedInLog = 20;
    private int _count;

    public int Count => _count;

    /// <summary>Notes a failure, or rethrows it when the handling says so. Safe to call from several threads.</summary>
    public void Add(Exception error, DataViewRowId row)
    {
        if (handling == UnreadableImages.Throw)
            throw new InvalidOperationException($"Row {row}: {error.Message} To train without unreadable images, set {nameof(ContrastivePretrainTrainer.Options.UnreadableImages)} = {nameof(UnreadableImages.Skip)}.", error);
        int count = Interlocked.Increment(ref _count);
        if (count <= NamedInLog)
            channel.Warning($"Skipped an unreadable image (row {row}): {error.Message}");
        else if (count == NamedInLog + 1)
            channel.Warning($"More than {NamedInLog} images are unreadable; further ones are counted, not named.");
    }

    /// <summary>Says how many were skipped, and fails when nothing is left.</summary>
    public void Summarize(int readable)
    {
        if (readable == 0 && _count > 0)
            throw new InvalidOperationException($"None of the {_count} images could be read; the log names the first {NamedInLog}. Check the folder and the format of the images.");
        if (_count > 0)
            channel.Warning($"{_count} of {_count + readable} images could not be read and were skipped.");
    }
}
