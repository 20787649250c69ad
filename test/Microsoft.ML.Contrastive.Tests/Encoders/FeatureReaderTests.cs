using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

/// <summary>The look-ahead: the next batch is decoded while one is encoded, and nobody notices but by the clock.</summary>
public sealed class FeatureReaderTests
{
    private const int BatchSize = 4, Side = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly MLContext _context = new(seed: 1);

    /// <summary>Each image's features are its first pixel; what happens when a batch is encoded is the test's.</summary>
    private sealed class FirstPixel(Action<int>? encoding = null) : IImageEncoder
    {
        private int _batches;

        public int FeatureDimension => 1;

        public void Encode(ReadOnlySpan<float> pixels, int rows, Span<float> features)
        {
            encoding?.Invoke(_batches++);
            for (int row = 0; row < rows; row++)
                features[row] = pixels[row * 3 * Side * Side];
        }
    }

    [Fact]
    public void While_a_batch_is_encoded_the_next_is_decoded()
    {
        using var decoded = new ManualResetEventSlim();
        bool overlapped = true;
        IDataView features = Features(20, new FirstPixel(batch => overlapped &= batch > 0 || decoded.Wait(Patience)), row =>
        {
            if (row == (2 * BatchSize) - 1)
                decoded.Set();
        });
        Assert.Equal(Enumerable.Range(0, 20).Select(row => (float)row), features.GetColumn<float[]>("Features").Select(f => f[0]));
        Assert.True(overlapped);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]     // over the edge of batches
    [InlineData(9)]     // a batch left out each time
    public void Rows_that_are_left_out_neither_shift_the_others_nor_are_all_decoded(int step)
    {
        const int Rows = 50;
        int decoded = 0;
        IDataView features = Features(Rows, new FirstPixel(), _ => Interlocked.Increment(ref decoded));
        using (DataViewRowCursor cursor = features.GetRowCursor([features.Schema["Features"]]))
        {
            ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                if (cursor.Position % step != 0)
                    continue;
                get(ref value);
                Assert.Equal([cursor.Position], value.DenseValues());
            }
        }

        Assert.InRange(decoded, Rows / step, step > 2 * BatchSize ? Rows * (2 * BatchSize) / step : Rows);
    }

    [Fact]
    public async Task Disposing_ends_the_reading_ahead_after_the_image_that_it_is_at()
    {
        using var begun = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        int last = -1;
        IDataView features = Features(40, new FirstPixel(), row =>
        {
            last = row;
            if (row != BatchSize)
                return;
            begun.Set();
            go.Wait(Patience);
        });
        DataViewRowCursor cursor = features.GetRowCursor([features.Schema["Features"]]);
        ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]);
        VBuffer<float> value = default;
        cursor.MoveNext();
        get(ref value);
        Assert.True(begun.Wait(Patience));

        Task disposal = Task.Run(cursor.Dispose, TestContext.Current.CancellationToken);
        Assert.NotSame(disposal, await Task.WhenAny(disposal, Task.Delay(50, TestContext.Current.CancellationToken)));
        go.Set();
        await disposal.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal(BatchSize, last);
    }

    [Fact]
    public void An_image_that_cannot_be_read_ahead_fails_at_its_own_row()
    {
        IDataView features = Features(20, new FirstPixel(), row => Assert.False(row == 6, "broken"));
        using DataViewRowCursor cursor = features.GetRowCursor([features.Schema["Features"]]);
        ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]);
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            if (cursor.Position == 6)
            {
                Assert.Contains("row 6", Assert.Throws<InvalidOperationException>(() => get(ref value)).Message, StringComparison.Ordinal);
                continue;
            }

            get(ref value);
            Assert.Equal([cursor.Position], value.DenseValues());
        }
    }

    [Fact]
    public void A_batch_that_the_encoder_threw_at_is_encoded_again()
    {
        int failures = 0;
        IDataView features = Features(12, new FirstPixel(batch => Assert.True(batch != 1 || failures++ > 0)));
        using DataViewRowCursor cursor = features.GetRowCursor([features.Schema["Features"]]);
        ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]);
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            if (cursor.Position == BatchSize)
                Assert.ThrowsAny<Exception>(() => get(ref value));
            get(ref value);
            Assert.Equal([cursor.Position], value.DenseValues());
        }
    }

    [Fact]
    public void A_cancellation_while_reading_ahead_arrives_as_such()
    {
        IDataView features = Features(20, new FirstPixel(), row => Cancel(row == 6));
        Assert.Throws<OperationCanceledException>(() => features.GetColumn<float[]>("Features").Count());
        // Rows before it are not touched by what lies ahead of them.
        Assert.Equal(BatchSize, features.GetColumn<float[]>("Features").Take(BatchSize).Count());

        static void Cancel(bool now)
        {
            if (now)
                throw new OperationCanceledException();
        }
    }

    private EncoderDataView Features(int rows, IImageEncoder encoder, Action<int>? decoding = null)
    {
        IDataView images = _context.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(row => new Row { Number = row }));
        IDataView lazy = _context.Transforms.CustomMapping<Row, Made>((row, made) => made.Image = Make((int)row.Number, decoding), contractName: null).Fit(images).Transform(images);
        var input = new EncoderInput(_context.Transforms, "Image", "Features", Side, Side);
        return new EncoderDataView(lazy, EncoderSchema.Extend(lazy.Schema, "Image", "Features", 1), input, encoder, BatchSize);
    }

    private static MLImage Make(int row, Action<int>? decoding)
    {
        decoding?.Invoke(row);
        return MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Rgba32, [.. Enumerable.Repeat((byte[])[(byte)row, 0, 0, 255], Side * Side).SelectMany(p => p)]);
    }

    private sealed class Row
    {
        public float Number { get; set; }
    }

    private sealed class Made
    {
        [ImageType(Side, Side)]
        public MLImage? Image { get; set; }
    }
}
