using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Where the views of an epoch come from: rendered from an image store, or read from columns.</summary>
internal interface IViewSource : IDisposable
{
    /// <summary>Rows in one epoch.</summary>
    int RowCount { get; }

    /// <summary>Size of each view.</summary>
    IReadOnlyList<ImageSize> ViewSizes { get; }

    /// <summary>The rows' labels, which batches then carry; <see langword="null"/> where training takes none.</summary>
    RowLabels? Labels { get; }

    /// <summary>Adds what tells these data from others to a hash: the rows, and the images where they are at hand.</summary>
    void AddTo(IncrementalHash hash);

    /// <summary>Opens one pass over the data in a fresh order.</summary>
    /// <param name="epoch">The epoch, from 0: it decides the order and the views.</param>
    IViewEpochReader Open(long epoch);
}

/// <summary>One pass over the data.</summary>
internal interface IViewEpochReader : IDisposable
{
    /// <summary>Fills a batch with the next rows.</summary>
    /// <returns>Whether there were enough rows left for a full batch; a remainder is dropped, as contrastive losses depend on the batch size.</returns>
    bool Fill(ViewBatch batch);

    /// <summary>Passes over the rows of one batch.</summary>
    /// <param name="scratch">A batch whose contents may be lost.</param>
    void Skip(ViewBatch scratch);
}
