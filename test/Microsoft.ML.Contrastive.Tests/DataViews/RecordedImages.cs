using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

/// <summary>
/// Images that exist only while they are read, and a record of what was read: rows by index in the columns <c>Name</c> (text), <c>Value</c>
/// (number) and <c>Image</c>. Cannot shuffle unless told so; splits into any number of cursors.
/// </summary>
internal sealed class RecordedImages : IDataView
{
    private readonly int _count;
    private readonly int? _broken;
    private readonly Lock _lock = new();
    private readonly List<MLImage> _made = [];

    public RecordedImages(int count, int? broken = null)
    {
        _count = count;
        _broken = broken;
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Name", TextDataViewType.Instance);
        schema.AddColumn("Value", NumberDataViewType.Single);
        schema.AddColumn("Image", new ImageDataViewType());
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema { get; }

    /// <summary>How many images were made.</summary>
    public int Made => _made.Count;

    /// <summary>How many of them nobody has disposed.</summary>
    public int Alive => _made.Count(IsAlive);

    /// <summary>Names of the columns that the last cursor was asked for.</summary>
    public string[] Asked { get; private set; } = [];

    public long? GetRowCount() => _count;

    public static bool IsAlive(MLImage image)
    {
        try
        {
            return image.Width > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Image of a row: its size and content differ from row to row.</summary>
    public static MLImage Create(int row)
    {
        (int width, int height) = (40 + (row % 5), 30 + (row % 7));
        byte[] pixels = new byte[width * height * 4];
        new Random(row).NextBytes(pixels);
        for (int i = 3; i < pixels.Length; i += 4)
            pixels[i] = 255;
        return MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels);
    }

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => GetRowCursorSet(columnsNeeded, 1, rand)[0];

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        Asked = [.. columnsNeeded.Select(c => c.Name)];
        int[] order = [.. Enumerable.Range(0, _count)];
        rand?.Shuffle(order);
        return [.. Enumerable.Range(0, n).Select(part => new Cursor(this, [.. order.Where((_, i) => i % n == part)], part, n, Asked))];
    }

    private MLImage Make(int row)
    {
        if (row == _broken)
            throw new FormatException("not an image");
        MLImage image = Create(row);
        lock (_lock)
            _made.Add(image);
        return image;
    }

    private sealed class Cursor(RecordedImages data, int[] rows, int part, int parts, string[] asked) : DataViewRowCursor
    {
        private long _position = -1;

        public override DataViewSchema Schema => data.Schema;

        public override long Position => _position;

        public override long Batch => (_position * parts) + part;

        public override bool MoveNext() => ++_position < rows.Length;

        public override bool IsColumnActive(DataViewSchema.Column column) => asked.Contains(column.Name);

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)rows[_position], 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Assert.True(IsColumnActive(column), $"'{column.Name}' was read without having been asked for.");
            Delegate getter = column.Name switch
            {
                "Name" => (ValueGetter<ReadOnlyMemory<char>>)((ref text) => text = $"picture{rows[_position]}.jpg".AsMemory()),
                "Value" => (ValueGetter<float>)((ref value) => value = rows[_position]),
                _ => (ValueGetter<MLImage>)((ref image) =>
                {
                    image?.Dispose();
                    image = null!;
                    image = data.Make(rows[_position]);
                }),
            };
            return (ValueGetter<TValue>)getter;
        }
    }
}
