using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

public sealed class ImageStoreTests
{
    [Fact]
    public void Images_added_in_parallel_are_found_under_their_own_index()
    {
        using var store = new ImageStore();
        const int count = 3000;

        Parallel.For(0, count, i =>
        {
            int index = count - 1 - i;
            Assert.True(store.TryAdd(index, new RgbImage(PixelsOf(index), 1 + (index % 40), 1 + (index % 17))));
        });

        Assert.Equal(count, store.Count);
        long bytes = 0;
        for (int index = 0; index < count; index++)
        {
            Assert.True(store.TryGet(index, out var image));
            Assert.Equal((1 + (index % 40), 1 + (index % 17)), (image.Width, image.Height));
            Assert.True(image.Pixels.SequenceEqual(PixelsOf(index)));
            bytes += image.Pixels.Length;
        }
        Assert.Equal(bytes, store.Bytes);
    }

    [Fact]
    public void An_image_larger_than_a_chunk_is_kept_whole()
    {
        using var store = new ImageStore();
        var pixels = new byte[5000 * 5000 * 3];
        pixels[^1] = 7;

        Assert.True(store.TryAdd(0, new RgbImage([1, 2, 3], 1, 1)));
        Assert.True(store.TryAdd(1, new RgbImage(pixels, 5000, 5000)));

        Assert.True(store.TryGet(1, out var large));
        Assert.Equal(7, large.Pixels[^1]);
        Assert.True(store.TryGet(0, out var small));
        Assert.Equal(3, small.Pixels[2]);
    }

    [Fact]
    public void Beyond_its_maximum_the_store_refuses_and_keeps_what_it_has()
    {
        using var store = new ImageStore(maximumBytes: 12);

        Assert.True(store.TryAdd(0, new RgbImage(new byte[9], 3, 1)));
        Assert.False(store.TryAdd(1, new RgbImage(new byte[6], 2, 1)));
        Assert.True(store.TryAdd(1, new RgbImage(new byte[3], 1, 1)));

        Assert.Equal(12, store.Bytes);
        Assert.Equal(2, store.Count);
    }

    [Fact]
    public void Misuse_is_named()
    {
        var store = new ImageStore();
        Assert.True(store.TryAdd(0, new RgbImage([1, 2, 3], 1, 1)));

        Assert.Throws<ArgumentException>(() => store.TryAdd(0, new RgbImage([1, 2, 3], 1, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.TryAdd(-1, new RgbImage([1, 2, 3], 1, 1)));
        Assert.False(store.TryGet(1, out _));
        Assert.False(store.TryGet(100, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageStore(-1));
        store.Dispose();
        Assert.Throws<ObjectDisposedException>(() => store.TryGet(0, out _));
        Assert.Throws<ObjectDisposedException>(() => store.TryAdd(1, new RgbImage([1, 2, 3], 1, 1)));
    }

    private static byte[] PixelsOf(int index)
    {
        var pixels = new byte[(1 + (index % 40)) * (1 + (index % 17)) * 3];
        new Random(index).NextBytes(pixels);
        return pixels;
    }
}
