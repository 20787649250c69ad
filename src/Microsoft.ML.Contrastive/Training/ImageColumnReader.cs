using System.Runtime.ExceptionServices;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Reads an image column of any origin into memory, with as many cursors as the data offers.</summary>
internal sealed class ImageColumnReader
{
    private readonly ImageStore _store;
    private readonly DataViewSchema.Column _column;
    private readonly DataViewSchema.Column[] _describing;
    private readonly ImageErrors _errors;
    private readonly CancellationToken _cancellation;
    private readonly ImageInspector _inspector = new();
    private readonly OrientationTally _orientations;
    private readonly List<(DataViewRowId Id, int Slot)> _rows = [];
    private int _slots;
    private volatile bool _full;

    private ImageColumnReader(
        ImageStore store, DataViewSchema.Column column, DataViewSchema.Column[] describing, ImageErrors errors, OrientationTally orientations, CancellationToken cancellation) =>
        (_store, _column, _describing, _errors, _orientations, _cancellation) = (store, column, describing, errors, orientations, cancellation);

    /// <summary>Reads all images.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Its image column.</param>
    /// <param name="maximumBytes">Most bytes of pixels to keep.</param>
    /// <param name="errors">Receives unreadable images.</param>
    /// <param name="orientations">Counts image files that ask to be turned.</param>
    /// <param name="channel">The log.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The images, or <see langword="null"/> when they need more than <paramref name="maximumBytes"/>.</returns>
    public static StoredImages? Read(
        IDataView data, DataViewSchema.Column column, long maximumBytes, ImageErrors errors, OrientationTally orientations, IChannel channel, CancellationToken cancellation)
    {
        var store = new ImageStore(maximumBytes);
        var reader = new ImageColumnReader(store, column, [.. RowDescription.ColumnsFor(data.Schema, column)], errors, orientations, cancellation);
        DataViewRowCursor[] cursors = data.GetRowCursorSet([column, .. reader._describing], Environment.ProcessorCount);
        try
        {
            Parallel.ForEach(cursors, reader.ReadAll);
            cancellation.ThrowIfCancellationRequested();
        }
        catch (AggregateException e)
        {
            store.Dispose();
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        finally
        {
            foreach (DataViewRowCursor cursor in cursors)
                cursor.Dispose();
        }

        if (reader._full)
        {
            store.Dispose();
            return null;
        }

        // Cursors finish in any order: sorted, the rows are the same in every run.
        (DataViewRowId Id, int Slot)[] rows = [.. reader._rows.OrderBy(r => r.Id, StoredImages.ById)];
        return new StoredImages([.. rows.Select(r => r.Id)], files: null, new OrderedImages(store, [.. rows.Select(r => r.Slot)]), errors, channel);
    }

    private void ReadAll(DataViewRowCursor cursor)
    {
        using var image = new DecodedSource(cursor, _column, _describing);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        DataViewRowId id = default;
        while (!_full && !_cancellation.IsCancellationRequested && cursor.MoveNext())
        {
            getId(ref id);
            int slot = Interlocked.Increment(ref _slots) - 1;
            try
            {
                if (!_store.TryAdd(slot, image.Read()))
                {
                    _full = true;
                    break;
                }

                if (image.Tag is { } path && File.Exists(path))
                    _orientations.Add(_inspector.InspectHeader(path));
            }
            catch (InvalidOperationException e)
            {
                _errors.Add(e, id);
                continue;
            }

            lock (_rows)
                _rows.Add((id, slot));
        }
    }

    /// <summary>Images by row that were stored in another order.</summary>
    private sealed class OrderedImages(ImageStore store, int[] slots) : IImageStore
    {
        public bool TryGet(int index, out RgbImage image) => store.TryGet(slots[index], out image);

        public bool TryAdd(int index, RgbImage image) => false;

        public void Dispose() => store.Dispose();
    }
}
