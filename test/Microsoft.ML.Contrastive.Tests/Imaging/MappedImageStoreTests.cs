using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>What lies on a disk between two trainings can be anything by the second.</summary>
public sealed class MappedImageStoreTests : IDisposable
{
    private const int HeaderAndEntries = 64 + (4 * 16);

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;
    private readonly ImageFileIndex _index = IndexOf((3, 2), (5, 4), (1, 1), (7, 3));

    private string Store => Path.Combine(_folder, "store", "a.images");

    private string[] Files => [.. Directory.EnumerateFiles(Path.GetDirectoryName(Store)!).Order()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_store_is_filled_read_meanwhile_and_found_again()
    {
        using (MappedImageStore store = MappedImageStore.Create(Store, _index))
        {
            Assert.False(store.TryGet(1, out _));
            // Image 2 cannot be decoded.
            Parallel.ForEach([3, 1, 0], i => Assert.True(store.TryAdd(i, ImageOf(i))));
            AssertHolds(store, [0, 1, 3]);
            store.Complete();
            Assert.Null(store.Failure);
            AssertHolds(store, [0, 1, 3]);
        }

        Assert.Equal([Store], Files);
        using MappedImageStore? again = MappedImageStore.TryOpen(Store, _index, out string? problem);
        Assert.Null(problem);
        AssertHolds(again!, [0, 1, 3]);
        Assert.False(again!.TryAdd(2, ImageOf(2)));
        using MappedImageStore? besides = MappedImageStore.TryOpen(Store, _index, out _);
        AssertHolds(besides!, [0, 1, 3]);
    }

    [Fact]
    public void A_disposed_store_holds_neither_file_nor_mapping()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Where Linux says what a process has open.");
        Fill();
        using (MappedImageStore? store = MappedImageStore.TryOpen(Store, _index, out _))
            Assert.Contains(Store, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        Assert.DoesNotContain(_folder, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFiles("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget), open => open?.StartsWith(_folder, StringComparison.Ordinal) == true);
        MappedImageStore disposed = MappedImageStore.Create(Store, _index);
        disposed.Dispose();
        disposed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => disposed.TryGet(0, out _));
        Assert.Throws<ObjectDisposedException>(() => disposed.TryAdd(0, ImageOf(0)));
    }

    [Fact]
    public void What_was_not_completed_is_not_there_and_leaves_no_file()
    {
        using (MappedImageStore store = MappedImageStore.Create(Store, _index))
        {
            Assert.True(store.TryAdd(0, ImageOf(0)));
            Assert.Null(MappedImageStore.TryOpen(Store, _index, out string? problem));
            Assert.Null(problem);
            Assert.Single(Files);
        }

        Assert.Empty(Files);
    }

    [Fact]
    public void What_a_killed_process_left_is_cleared_away_and_a_living_ones_is_not()
    {
        using MappedImageStore living = MappedImageStore.Create(Store, _index);
        string abandoned = Store + ".0123.unfinished";
        File.WriteAllText(abandoned, "half an image");
        using MappedImageStore store = MappedImageStore.Create(Store, _index);
        Assert.DoesNotContain(abandoned, Files);
        Assert.Equal(2, Files.Length);
        Assert.True(living.TryAdd(0, ImageOf(0)));
        AssertHolds(living, [0]);
    }

    [Fact]
    public void Other_or_changed_images_are_told_apart()
    {
        Fill();
        ImageFileEntry first = _index.Entries[0];
        foreach (ImageFileEntry changed in (ImageFileEntry[])[first with { Path = "/other" }, first with { Length = 1 }, first with { Modified = 1 }, first with { Size = new(2, 3) }])
        {
            Assert.Null(MappedImageStore.TryOpen(Store, new ImageFileIndex(_index.Entries.SetItem(0, changed), null), out string? problem));
            Assert.NotNull(problem);
        }

        foreach (ImageFileIndex other in (ImageFileIndex[])[new(_index.Entries.RemoveAt(3), null), new(_index.Entries, 7)])
        {
            Assert.Null(MappedImageStore.TryOpen(Store, other, out string? problem));
            Assert.Equal("was made of other images, or of images that have changed since", problem);
        }
    }

    [Fact]
    public void A_file_that_is_cut_off_or_too_long_is_refused()
    {
        Fill();
        byte[] whole = File.ReadAllBytes(Store);
        for (int length = 0; length < whole.Length + 2; length++)
        {
            if (length is >= 1 and < 8 || length == whole.Length)
                continue;
            File.WriteAllBytes(Store, [.. whole.Take(length), .. new byte[Math.Max(0, length - whole.Length)]]);
            Assert.Null(MappedImageStore.TryOpen(Store, _index, out string? problem));
            Assert.NotNull(problem);
        }
    }

    [Fact]
    public void Each_flipped_byte_is_noticed()
    {
        Fill();
        byte[] whole = File.ReadAllBytes(Store);
        for (int i = 8; i < whole.Length; i++)
        {
            byte[] flipped = [.. whole];
            flipped[i] ^= 0x10;
            File.WriteAllBytes(Store, flipped);
            using MappedImageStore? store = MappedImageStore.TryOpen(Store, _index, out string? problem);
            Assert.Equal(i < HeaderAndEntries, store is null);
            Assert.Equal(i < HeaderAndEntries, problem is not null);
            if (store is not null)
                Assert.Equal(3, Enumerable.Range(0, 4).Count(index => store.TryGet(index, out _)));
        }
    }

    [Fact]
    public void A_store_with_a_damaged_image_serves_the_others_and_is_given_up()
    {
        Fill();
        byte[] file = File.ReadAllBytes(Store);
        file[^1] ^= 1;
        File.WriteAllBytes(Store, file);
        using (MappedImageStore? store = MappedImageStore.TryOpen(Store, _index, out _))
            AssertHolds(store!, [0, 1, 2]);
        Assert.Empty(Files);
    }

    [Fact]
    public void What_is_no_store_is_left_alone()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Store)!);
        File.WriteAllText(Store, "my thesis");
        var thrown = Assert.Throws<IOException>(() => MappedImageStore.TryOpen(Store, _index, out _));
        Assert.Contains("is not an image store", thrown.Message, StringComparison.Ordinal);
        Assert.Equal("my thesis", File.ReadAllText(Store));
    }

    [Fact]
    public void A_disk_without_room_is_an_error_before_anything_is_written()
    {
        var large = new ImageFileIndex([.. Enumerable.Repeat(new ImageFileEntry("a.png", 1, 1, new ImageSize(12_000, 12_000)), 1_000_000)], null);
        var thrown = Assert.Throws<IOException>(() => MappedImageStore.Create(Store, large));
        Assert.Contains("need 402331.4 GiB in", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("are free", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(Files);
    }

    private void Fill()
    {
        using MappedImageStore store = MappedImageStore.Create(Store, _index);
        for (int i = 0; i < 4; i++)
            Assert.True(store.TryAdd(i, ImageOf(i)));
        store.Complete();
    }

    private static void AssertHolds(MappedImageStore store, int[] expected)
    {
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(expected.Contains(i), store.TryGet(i, out RgbImage image));
            Assert.True(!expected.Contains(i) || image.Pixels.SequenceEqual(ImageOf(i).Pixels));
        }
    }

    private static RgbImage ImageOf(int index)
    {
        (int width, int height) = new[] { (3, 2), (5, 4), (1, 1), (7, 3) }[index];
        byte[] pixels = new byte[3 * width * height];
        new Random(index).NextBytes(pixels);
        return new RgbImage(pixels, width, height);
    }

    private static ImageFileIndex IndexOf(params (int Width, int Height)[] sizes) =>
        new([.. sizes.Select((s, i) => new ImageFileEntry($"/images/{i}.png", 100 + i, 1000 + i, new ImageSize(s.Width, s.Height)))], null);
}
