using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class ViewColumnTests
{
    [Fact]
    public void Views_are_opaque_images_of_the_size_that_the_schema_promises()
    {
        IDataView data = Views.Crop().Transform(new RecordedImages(3));
        var type = Assert.IsType<ImageDataViewType>(data.Schema["View2"].Type);
        Assert.Equal((12, 8), (type.Width, type.Height));

        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["View2"]]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(data.Schema["View2"]);
        MLImage image = null!;
        while (cursor.MoveNext())
        {
            getter(ref image);
            Assert.Equal((12, 8, MLPixelFormat.Bgra32), (image.Width, image.Height, image.PixelFormat));
            for (int i = 3; i < image.Pixels.Length; i += 4)
                Assert.Equal(255, image.Pixels[i]);
        }
    }

    [Fact]
    public void Views_of_a_row_differ_and_so_do_rows()
    {
        IDataView data = Views.Crop().Transform(new RecordedImages(4));
        string[] all = [.. Views.Pixels(data, "View1").Values, .. Views.Pixels(data, "View2").Values];
        Assert.Equal(8, all.Distinct().Count());
    }

    [Fact]
    public void Every_way_of_reading_gives_the_same_pixels()
    {
        IDataView data = Views.Crop().Transform(new RecordedImages(50));
        foreach (string view in Views.Two)
        {
            var sequential = Views.Pixels(data, view);
            Assert.Equal(50, sequential.Count);
            Assert.Equal(sequential, Views.Pixels(data, view, new Random(1)));
            Assert.Equal(sequential, Together(data, view, cursors: 1, threads: false));
            Assert.Equal(sequential, Together(data, view, cursors: 3, threads: false));
            Assert.Equal(sequential, Together(data, view, cursors: 2, threads: true));
        }
    }

    private static SortedDictionary<ulong, string> Together(IDataView data, string view, int cursors, bool threads)
    {
        DataViewRowCursor[] set = data.GetRowCursorSet([data.Schema[view]], cursors);
        var parts = new SortedDictionary<ulong, string>[set.Length];
        if (threads)
            Parallel.For(0, set.Length, i => parts[i] = Views.Pixels(set[i], view));
        else
            parts = [.. set.Select(c => Views.Pixels(c, view))];
        foreach (DataViewRowCursor cursor in set)
            cursor.Dispose();
        return new(parts.SelectMany(p => p).ToDictionary());
    }
}
