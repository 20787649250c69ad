using System.Collections.Concurrent;
using Microsoft.ML.Data;
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

/// <summary>Counts the images that could not be read and names the first few, each once however often it is met.</summary>
internal sealed class ImageErrors(UnreadableImages handling, IChannel channel)
{
    private const int NamedInLog = 20;
    private readonly ConcurrentDictionary<DataViewRowId, int> _rows = new();
    private Exception? _first;
    private int _summarized;

    /// <summary>Images that could not be read.</summary>
    public int Count => _rows.Count;

    /// <summary>Notes a failure, or throws when the handling says so. Safe to call from several threads.</summary>
    public void Add(Exception error, DataViewRowId row)
    {
        if (handling == UnreadableImages.Throw)
            throw new InvalidOperationException($"{error.Message} To train without unreadable images, set {nameof(TrainingOptions.UnreadableImages)} = {nameof(UnreadableImages.Skip)}.", error);
        if (!_rows.TryAdd(row, 0))
            return;
        _first ??= error;
        int count = _rows.Count;
        if (count <= NamedInLog)
            channel.Warning(MessageSensitivity.None, "{0}", $"Skipped an unreadable image: {error.Message}");
        else if (count == NamedInLog + 1)
            channel.Warning(MessageSensitivity.None, "{0}", $"More than {NamedInLog} images are unreadable; further ones are counted, not named.");
    }

    /// <summary>Says how many were skipped, again where more have come, and fails when nothing is left.</summary>
    /// <param name="readable">Images that could be read in the same pass.</param>
    public void Summarize(int readable)
    {
        if (readable == 0 && Count > 0)
            throw new InvalidOperationException(
                $"None of the {Count} images could be read. One of them: {_first!.Message} The log names the first {NamedInLog}. Check the folder and the format of the images.",
                _first);
        if (Count > _summarized)
            channel.Warning(MessageSensitivity.None, "{0}", $"{Count} of {Count + readable} images could not be read and were skipped.");
        _summarized = Count;
    }
}
