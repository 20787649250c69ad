using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>All images of a data set, decoded once, in the order of their row identifiers.</summary>
internal sealed class StoredImages(ImageStore store, DataViewRowId[] ids) : IDisposable
{
    public ImageStore Store { get; } = store;

    /// <summary>Identifier of each row: keys its random numbers.</summary>
    public DataViewRowId[] Ids { get; } = ids;

    public int Count => Ids.Length;

    /// <summary>The row of an identifier, or a negative number when no image has it.</summary>
    public int IndexOf(DataViewRowId id) => Array.BinarySearch(Ids, id, Comparer<DataViewRowId>.Create((a, b) => (a.High, a.Low).CompareTo((b.High, b.Low))));

    public void Dispose() => Store.Dispose();

    /// <summary>Reads an image column, with as many cursors as the data offers.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">Its image column.</param>
    /// <param name="maximumBytes">Most bytes of pixels to keep.</param>
    /// <param name="errors">Receives unreadable images.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>The images, or <see langword="null"/> when they need more than <paramref name="maximumBytes"/>.</returns>
    public static StoredImages? Read(IDataView data, DataViewSchema.Column column, long maximumBytes, ImageErrors errors, CancellationToken cancellation)
    {
        var store = new ImageStore(maximumBytes);
        var rows = new List<(DataViewRowId Id, int Slot)>();
        bool full = false;
        DataViewRowCursor[] cursors = data.GetRowCursorSet([column], Environment.ProcessorCount);
        try
        {
            Parallel.ForEach(cursors, new ParallelOptions { CancellationToken = cancellation }, cursor =>
            {
                MLImage? image = null;
                byte[] pixels = [];
                ValueGetter<MLImage> getImage = cursor.GetGetter<MLImage>(column);
                ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
                DataViewRowId id = default;
                while (!Volatile.Read(ref full) && !cancellation.IsCancellationRequested && cursor.MoveNext())
                {
                    getId(ref id);
                    try
                    {
                        getImage(ref image!);
                        if (image is null)
                            throw new InvalidOperationException("The image is missing.");
                        MLImageConversion.ToRgb(image, ref pixels);
                    }
#pragma warning disable CA1031 // Whatever a foreign column's getter throws for one image must not end the run: the handling decides.
                    catch (Exception e)
#pragma warning restore CA1031
                    {
                        errors.Add(e, id);
                        continue;
                    }

                    if (!store.TryAdd(new RgbImage(pixels.AsSpan(0, image.Width * image.Height * 3), image.Width, image.Height), out int slot))
                    {
                        Volatile.Write(ref full, true);
                        break;
                    }

                    lock (rows)
                        rows.Add((id, slot));
                }

                image?.Dispose();
            });
            cancellation.ThrowIfCancellationRequested();
        }
        catch (AggregateException e) when (e.InnerExceptions.Count > 0)
        {
            store.Dispose();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        finally
        {
            foreach (DataViewRowCursor cursor in cursors)
                cursor.Dispose();
        }

        if (full)
        {
            store.Dispose();
            return null;
        }

        // Cursors finish in any order: sorted, the store is the same in every run.
        rows.Sort((a, b) => (a.Id.High, a.Id.Low).CompareTo((b.Id.High, b.Id.Low)));
        store.Reorder([.. rows.Select(r => r.Slot)]);
        return new StoredImages(store, [.. rows.Select(r => r.Id)]);
    }
}
