using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class LazinessTests
{
    private static readonly MLContext Context = new(seed: 1);

    [Fact]
    public void Nothing_is_decoded_before_a_view_is_read()
    {
        var images = new RecordedImages(5);
        IDataView data = Views.Extend(new AlwaysFlip()).Transform(Views.Crop().Transform(images));
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["Value"], data.Schema["View1"]]);
        ValueGetter<float> value = cursor.GetGetter<float>(data.Schema["Value"]);
        _ = cursor.GetGetter<MLImage>(data.Schema["View1"]);
        float number = 0;
        while (cursor.MoveNext())
            value(ref number);
        Assert.Equal(0, images.Made);
    }

    [Fact]
    public void Columns_that_no_view_needs_are_not_asked_for()
    {
        var images = new RecordedImages(5);
        IDataView data = Views.Crop().Transform(images);
        data.GetRowCursor([data.Schema["Value"]]).Dispose();
        Assert.Equal(["Value"], images.Asked);

        // Name may tell where a file is that cannot be read; its getter is not called unless one cannot.
        data.GetRowCursor([data.Schema["View2"]]).Dispose();
        Assert.Equal(["Name", "Image"], images.Asked);
    }

    [Fact]
    public void All_views_of_a_row_share_one_decoding_even_when_a_later_step_is_for_one_of_them()
    {
        var images = new RecordedImages(6);
        IDataView data = Views.Extend(new AlwaysFlip(), "View2").Transform(Views.Extend(new AlwaysFlip(), "View1").Transform(Views.Crop().Transform(images)));
        Read(data, "View1", "View2", "View1");
        Assert.Equal(6, images.Made);
    }

    [Fact]
    public void No_image_is_left_undisposed()
    {
        var images = new RecordedImages(6);
        IDataView data = Views.Crop().Transform(images);
        Read(data, "View1", "View2");
        Assert.Equal(6, images.Made);
        Assert.Equal(0, images.Alive);

        foreach (DataViewRowCursor cursor in data.GetRowCursorSet([data.Schema["View1"]], 3))
        {
            Views.Pixels(cursor, "View1");
            cursor.Dispose();
        }

        Assert.Equal(0, images.Alive);
    }

    [Fact]
    public void A_view_is_disposed_when_the_next_one_takes_its_place()
    {
        IDataView data = Views.Crop().Transform(new RecordedImages(2));
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["View1"]]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(data.Schema["View1"]);
        MLImage image = null!;
        cursor.MoveNext();
        getter(ref image);
        MLImage first = image;
        cursor.MoveNext();
        getter(ref image);
        Assert.False(RecordedImages.IsAlive(first));
        Assert.True(RecordedImages.IsAlive(image));
        image.Dispose();
    }

    [Fact]
    public void Images_in_the_users_memory_stay_alive()
    {
        InMemory[] images = [.. Enumerable.Range(0, 4).Select(i => new InMemory { Image = RecordedImages.Create(i) })];
        IDataView data = Views.Crop().Transform(Context.Data.LoadFromEnumerable(images));
        var first = Views.Pixels(data, "View1");
        var second = Views.Pixels(data, "View1");
        Assert.Equal(first, second);
        Assert.All(images, i => Assert.True(RecordedImages.IsAlive(i.Image)));
    }

    private static void Read(IDataView data, params string[] columns)
    {
        using DataViewRowCursor cursor = data.GetRowCursor(columns.Distinct().Select(c => data.Schema[c]));
        ValueGetter<MLImage>[] getters = [.. columns.Select(c => cursor.GetGetter<MLImage>(data.Schema[c]))];
        MLImage[] values = new MLImage[columns.Length];
        while (cursor.MoveNext())
        {
            for (int i = 0; i < getters.Length; i++)
                getters[i](ref values[i]);
        }

        foreach (MLImage value in values)
            value?.Dispose();
    }

    private sealed class InMemory
    {
        [Microsoft.ML.Transforms.Image.ImageType(30, 40)]
        public required MLImage Image { get; set; }
    }
}
