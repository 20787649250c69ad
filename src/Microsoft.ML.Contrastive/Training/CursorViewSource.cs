using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The general path: view columns of any origin, read row by row through cursors, in an order that changes from epoch to epoch where the data
/// can be shuffled.
/// </summary>
internal sealed class CursorViewSource(
    IDataView data, DataViewSchema.Column[] columns, PixelNormalization normalization, ulong orderSeed, ImageErrors errors, RowLabels? labels = null) : IViewSource
{
    public int RowCount { get; } = checked((int)(data.GetRowCount() ?? RowCounter.Count(data)));

    public IReadOnlyList<ImageSize> ViewSizes { get; } =
        [.. columns.Select(c => (ImageDataViewType)c.Type).Select(t => new ImageSize(t.Width, t.Height))];

    public RowLabels? Labels => labels;

    /// <summary>The identifiers of the rows: reading the images once more would cost as much as an epoch.</summary>
    public void AddTo(IncrementalHash hash)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([]);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            getId(ref id);
            hash.AppendData(MemoryMarshal.AsBytes([id.High, id.Low]));
        }
    }

    public IViewEpochReader Open(long epoch)
    {
        // ML.NET's shuffles take a System.Random; seeded by the epoch, it gives the same order after a resume.
        Random? shuffle = data.CanShuffle ? new Random(unchecked((int)(orderSeed + (ulong)epoch * 0x9E3779B9))) : null;
        return new Reader(new CursorViewReader(data, columns, ViewSizes, normalization, epoch, shuffle), errors, labels);
    }

    public void Dispose()
    {
    }

    private sealed class Reader(CursorViewReader rows, ImageErrors errors, RowLabels? labels) : IViewEpochReader
    {
        private int _readable;

        public bool Fill(ViewBatch batch)
        {
            int filled = 0;
            while (filled < batch.BatchSize && rows.MoveNext())
            {
                try
                {
                    rows.Read(batch, filled);
                    if (labels is not null)
                        batch.Labels[filled] = labels[rows.Id];
                    filled++;
                }
#pragma warning disable CA1031 // Whatever a foreign column's getter throws for one image must not end the run: the handling decides.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    errors.Add(e, rows.Id);
                }
            }

            _readable += filled;
            if (filled == batch.BatchSize)
                return true;
            errors.Summarize(_readable);
            return false;
        }

        /// <summary>Which rows a batch holds depends on which images can be read: there is no way around reading them.</summary>
        public void Skip(ViewBatch scratch) => Fill(scratch);

        public void Dispose() => rows.Dispose();
    }
}
