using System.Runtime.ExceptionServices;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>All images of a data set, decoded once, in the order of their row identifiers.</summary>
internal sealed class StoredImages : IDisposable
{
    private static readonly Comparer<DataViewRowId> ById = Comparer<DataViewRowId>.Create((a, b) => (a.High, a.Low).CompareTo((b.High, b.Low)));

    private readonly ImageStore _store;
    private readonly int[] _slots;

    private StoredImages(ImageStore store, int[] slots, DataViewRowId[] ids, string? orientationWarning)
    {
        OrientationWarning = orientationWarning;
        _store = store;
        _slots = slots;
        Ids = ids;
    }

    /// <summary>Identifier of each row: keys its random numbers.</summary>
    public DataViewRowId[] Ids { get; }

    public int Count => Ids.Length;

    /// <summary>Says how many image files ask to be turned, which ML.NET does not do; null when none does.</summary>
    public string? OrientationWarning { get; }

    public RgbImage this[int row] => _store[_slots[row]];

    /// <summary>The row of an identifier, or a negative number when no image has it.</summary>
    public int IndexOf(DataViewRowId id) => Array.BinarySearch(Ids, id, ById);

    public void Dispose() => _store.Dispose();

    /// <summary>Reads an image column, with as many cursors as the data offers.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Its image column.</param>
    /// <param name="maximumBytes">Most bytes of pixels to keep.</param>
    /// <param name="errors">Receives unreadable images.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The images, or <see langword="null"/> when they need more than <paramref name="maximumBytes"/>.</returns>
    public static StoredImages? Read(IDataView data, DataViewSchema.Column column, long maximumBytes, ImageErrors errors, CancellationToken cancellation)
    {
        var reading = new Reading(new ImageStore(maximumBytes), column, [.. RowDescription.ColumnsFor(data.Schema, column)], errors, cancellation);
        DataViewRowCursor[] cursors = data.GetRowCursorSet([column, .. reading.Describing], Environment.ProcessorCount);
        try
        {
            Parallel.ForEach(cursors, reading.ReadAll);
            cancellation.ThrowIfCancellationRequested();
        }
        catch (AggregateException e)
        {
            reading.Store.Dispose();
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        finally
        {
            foreach (DataViewRowCursor cursor in cursors)
                cursor.Dispose();
        }

        if (reading.Full)
        {
            reading.Store.Dispose();
            return null;
        }

        // Cursors finish in any order: sorted, the rows are the same in every run.
        (DataViewRowId Id, int Slot)[] rows = [.. reading.Rows.OrderBy(r => r.Id, ById)];
        return new StoredImages(reading.Store, [.. rows.Select(r => r.Slot)], [.. rows.Select(r => r.Id)], reading.Orientations.Warning);
    }

    /// <summary>What the cursors of one reading share.</summary>
    private sealed class Reading(
        ImageStore store, DataViewSchema.Column column, DataViewSchema.Column[] describing, ImageErrors errors, CancellationToken cancellation)
    {
        private readonly ImageInspector _inspector = new();
        private int _slots;
        private volatile bool _full;

        public ImageStore Store => store;

        public DataViewSchema.Column[] Describing => describing;

        public List<(DataViewRowId Id, int Slot)> Rows { get; } = [];

        public bool Full => _full;

        public OrientationTally Orientations { get; } = new();

        public void ReadAll(DataViewRowCursor cursor)
        {
            using var image = new DecodedSource(cursor, column, describing);
            ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
            DataViewRowId id = default;
            while (!_full && !cancellation.IsCancellationRequested && cursor.MoveNext())
            {
                getId(ref id);
                int slot = Interlocked.Increment(ref _slots) - 1;
                try
                {
                    if (!store.TryAdd(slot, image.Read()))
                    {
                        _full = true;
                        break;
                    }

                    if (image.Tag is { } path && File.Exists(path))
                        Orientations.Add(_inspector.InspectHeader(path));
                }
                catch (InvalidOperationException e)
                {
                    errors.Add(e, id);
                    continue;
                }

                lock (Rows)
                    Rows.Add((id, slot));
            }
        }
    }
}
