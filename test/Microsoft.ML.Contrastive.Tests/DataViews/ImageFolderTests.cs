using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class ImageFolderTests : IDisposable
{
    private readonly ImageFiles _files = new();
    private readonly MLContext _context = new(seed: 1);
    private readonly List<string> _log = [];

    public ImageFolderTests() => _context.Log += (_, e) => _log.Add(e.Message);

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Rows_are_the_images_in_ordinal_order_with_the_class_folder_as_label()
    {
        foreach (string path in new[] { "dog/b.png", "dog/B.png", "cat/deep/er/1.webp", "cat/2.jpeg", "loose.JPG", "cat.png", "dog/.hidden.png", "notes.txt", "dog/x.tiff" })
            _files.AddFile(path, "");
        IDataView data = Load();
        Assert.Equal(["ImagePath", "Label"], data.Schema.Select(c => c.Name));
        Assert.Equal(["cat.png", "cat/2.jpeg", "cat/deep/er/1.webp", "dog/B.png", "dog/b.png", "loose.JPG"], Names(data));
        Assert.Equal(["", "cat", "cat", "dog", "dog", ""], data.GetColumn<string>("Label"));
        Assert.Equal(6, data.GetRowCount());
        Assert.True(Path.IsPathFullyQualified(data.GetColumn<string>("ImagePath").First()));
    }

    [Fact]
    public void The_loose_images_of_a_folder_have_a_missing_label()
    {
        _files.AddFile("1.png", "");
        _files.AddFile("cat/2.png", "");
        IDataView data = Load();
        IDataView keyed = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        Assert.Equal([0u, 1u], keyed.GetColumn<uint>("Label"));
    }

    [Fact]
    public void Folders_in_the_folder_are_left_out_when_asked()
    {
        _files.AddFile("1.png", "");
        _files.AddFile("cat/2.png", "");
        Assert.Equal(["1.png"], Names(_context.Contrastive().LoadImagesFromFolder(_files.Root, new ImageFolderOptions { Recursive = false })));
    }

    [Fact]
    public void A_folder_without_images_says_what_was_looked_for()
    {
        _files.AddFile("notes.txt", "");
        string message = Assert.Throws<InvalidOperationException>(() => Load()).Message;
        foreach (string part in new[] { _files.Root, ".jpg, .jpeg, .png, .bmp, .webp, .gif", "Name the folder" })
            Assert.Contains(part, message);
        Assert.Contains("no folder", Assert.Throws<DirectoryNotFoundException>(() => _context.Contrastive().LoadImagesFromFolder(Path.Combine(_files.Root, "absent"))).Message);
        Assert.Contains("is a file", Assert.Throws<DirectoryNotFoundException>(() => _context.Contrastive().LoadImagesFromFolder(Path.Combine(_files.Root, "notes.txt"))).Message);
        Assert.Throws<ArgumentException>(() => _context.Contrastive().LoadImagesFromFolder(""));
    }

    [Fact]
    public void A_link_that_leads_back_up_is_not_followed_and_another_is()
    {
        _files.AddFile("set/cat/1.png", "");
        using var elsewhere = new ImageFiles();
        elsewhere.AddFile("2.png", "");
        Directory.CreateSymbolicLink(Path.Combine(_files.Root, "set", "loop"), _files.Root);
        Directory.CreateSymbolicLink(Path.Combine(_files.Root, "set", "dog"), elsewhere.Root);
        IDataView data = _context.Contrastive().LoadImagesFromFolder(Path.Combine(_files.Root, "set"));
        Assert.Equal(["cat", "dog"], data.GetColumn<string>("Label"));
    }

    [Fact]
    public void A_folder_that_may_not_be_read_is_named_and_a_file_system_s_own_is_passed_over()
    {
        _files.AddFile("set/cat/1.png", "");
        _files.AddFile("set/dog/2.png", "");
        _files.AddFile("set/lost+found/3.png", "");
        string set = Path.Combine(_files.Root, "set"), dog = Path.Combine(set, "dog"), lost = Path.Combine(set, "lost+found");
        string[] labels = [];
        Assert.Null(Unprivileged.Error(_files.Root, [lost], () => labels = [.. _context.Contrastive().LoadImagesFromFolder(set).GetColumn<string>("Label")]));
        Assert.Equal(["cat", "dog"], labels);

        string message = Assert.IsType<UnauthorizedAccessException>(Unprivileged.Error(_files.Root, [dog], () => _context.Contrastive().LoadImagesFromFolder(set))).Message;
        Assert.Contains($"'{dog}'", message, StringComparison.Ordinal);
        Assert.Contains("get the right to read it", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validation_leaves_out_and_names_what_cannot_be_decoded()
    {
        string good = _files.Add("cat/good.png");
        string corrupt = _files.AddFile("cat/corrupt.jpg", "no image");
        string empty = _files.AddFile("dog/empty.png", "");
        byte[] whole = File.ReadAllBytes(_files.Add("dog/whole.jpg", 3));
        string cut = Path.Combine(_files.Root, "dog", "cut.jpg");
        File.WriteAllBytes(cut, whole[..(whole.Length / 2)]);

        IDataView data = _context.Contrastive().LoadImagesFromFolder(_files.Root, validate: true);
        Assert.Equal(["cat/good.png", "dog/whole.jpg"], Names(data));
        foreach (string bad in new[] { corrupt, empty, cut })
            Assert.Single(_log, m => m.Contains("Left out") && m.Contains(bad));
        Assert.DoesNotContain(_log, m => m.Contains(good));
        Assert.Contains(_log, m => m.Contains("2 images can be used, 3 were left out"));
    }

    [Fact]
    public void Validation_of_nothing_but_bad_files_is_an_error()
    {
        string bad = _files.AddFile("bad{0}.jpg", "no image");
        Assert.Contains(bad, Assert.Throws<InvalidOperationException>(() => _context.Contrastive().LoadImagesFromFolder(_files.Root, validate: true)).Message);
        Assert.Contains(_log, m => m.Contains(bad));
    }

    [Fact]
    public void Images_with_an_orientation_are_counted_and_named_once()
    {
        for (int i = 0; i < 3; i++)
        {
            string path = _files.Add($"{i}.jpg", i);
            if (i > 0)
                File.WriteAllBytes(path, WithOrientation(File.ReadAllBytes(path), 6));
        }

        IDataView data = _context.Contrastive().LoadImagesFromFolder(_files.Root, validate: true);
        Assert.Equal(3, data.GetRowCount());
        string message = Assert.Single(_log, m => m.Contains("EXIF"));
        Assert.Contains("2 image(s)", message);
        Assert.Contains(Path.Combine(_files.Root, "1.jpg"), message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_set_of_cursors_has_each_row_once_under_its_identifier(int cursors)
    {
        IDataView data = Many(100);
        Assert.True(data.CanShuffle);
        foreach (Random? random in new[] { null, new Random(3) })
        {
            var rows = data.GetRowCursorSet([data.Schema["ImagePath"]], cursors, random).SelectMany(c => Rows(c)).ToArray();
            Assert.Equal(cursors, data.GetRowCursorSet([data.Schema["ImagePath"]], cursors, random).Length);
            Assert.Equal(100, rows.Length);
            Assert.All(rows, row => Assert.Equal($"{row.Id:000}.png", Path.GetFileName(row.Path)));
            Assert.Equal(100, rows.Select(r => r.Id).Distinct().Count());

            // By their batches the rows of several cursors can be put back into the order of one.
            ulong[] single = [.. data.GetRowCursorSet([data.Schema["ImagePath"]], 1, random is null ? null : new Random(4)).SelectMany(c => Rows(c)).Select(r => r.Id)];
            ulong[] merged = [.. data.GetRowCursorSet([data.Schema["ImagePath"]], cursors, random is null ? null : new Random(4)).SelectMany(c => Rows(c)).OrderBy(r => r.Batch).Select(r => r.Id)];
            Assert.Equal(single, merged);
        }
    }

    [Fact]
    public void Each_generator_gives_another_order_through_the_stock_steps_too()
    {
        IDataView data = Many(50);
        data = _context.Transforms.CopyColumns("Path", "ImagePath").Fit(data).Transform(data);
        ulong[] Order(int seed) => [.. Rows(data.GetRowCursor([data.Schema["ImagePath"]], new Random(seed))).Select(r => r.Id)];
        Assert.Equal(Order(1), Order(1));
        Assert.NotEqual(Order(1), Order(2));
    }

    private static IEnumerable<(ulong Id, string Path, long Batch)> Rows(DataViewRowCursor cursor)
    {
        using (cursor)
        {
            ValueGetter<ReadOnlyMemory<char>> path = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["ImagePath"]);
            ValueGetter<DataViewRowId> identifier = cursor.GetIdGetter();
            ReadOnlyMemory<char> text = default;
            DataViewRowId id = default;
            for (long position = 0; cursor.MoveNext(); position++)
            {
                Assert.Equal(position, cursor.Position);
                path(ref text);
                identifier(ref id);
                yield return (id.Low, text.ToString(), cursor.Batch);
            }

            Assert.False(cursor.MoveNext());
        }
    }

    /// <summary>A JPEG with an EXIF segment that holds nothing but an orientation.</summary>
    private static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0,
            1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    private IDataView Load() => _context.Contrastive().LoadImagesFromFolder(_files.Root);

    private IDataView Many(int count)
    {
        for (int i = 0; i < count; i++)
            _files.AddFile($"{i:000}.png", "");
        return Load();
    }

    private string[] Names(IDataView data) =>
        [.. data.GetColumn<string>("ImagePath").Select(p => Path.GetRelativePath(_files.Root, p).Replace('\\', '/'))];
}
