using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Contrastive.Cli.Datasets;
using EncodedImages = Microsoft.ML.Contrastive.Tests.Imaging.EncodedImages;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets.Files;

/// <summary>Archives as a stranger may send them: they are read in place, and cost no more than they may.</summary>
public sealed class ArchiveTests : IDisposable
{
    private static readonly string LongName = $"set/train/{new string('n', 120)}/{new string('ä', 80)}.png";

    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static byte[] Tar(TarEntryFormat format, params (string Name, byte[] Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, format, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
                    _ => new V7TarEntry(TarEntryType.V7RegularFile, name),
                };
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in files)
            {
                using Stream entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static (string, byte[])[] Images(params string[] names) => [.. names.Select((name, i) => (name, DatasetFolder.Png((byte)i)))];

    [Theory]
    [InlineData("gnu.tar", false)]
    [InlineData("pax.tar", false)]
    [InlineData("stored.zip", false)]
    [InlineData("deflated.zip", false)]
    [InlineData("pax.tgz", true)]
    public void An_archive_is_as_its_folder(string archive, bool unpacks)
    {
        (string, byte[])[] files = [.. Images("set/train/b/1.png", "./set/train/a/2.png", "set/val/a/3.png", LongName, "__MACOSX/set/train/a/._2.png"), ("set/readme.txt", "none"u8.ToArray())];
        _folder.Write(archive, Path.GetFileNameWithoutExtension(archive) switch
        {
            "gnu" => Tar(TarEntryFormat.Gnu, files),
            "pax" => unpacks ? Gzip(Tar(TarEntryFormat.Pax, files)) : Tar(TarEntryFormat.Pax, files),
            "stored" => Zip(CompressionLevel.NoCompression, files),
            _ => Zip(CompressionLevel.Optimal, files),
        });
        using Dataset dataset = _folder.Open(archive);
        Assert.Equal("split-folders", dataset.Format);
        string prefix = archive + "!/set/";
        Assert.Equal(
            [prefix + "train/a/2.png a train", prefix + "train/b/1.png b train", $"{archive}!/{LongName} {new string('n', 120)} train", prefix + "val/a/3.png a val"], DatasetRow.Of(dataset, _folder.Path));
        Assert.Equal([1, 0, 3, 2], DatasetRow.Pixels(dataset.Rows).Select(pixel => (int)pixel.Red));
        Assert.Contains(dataset.Notes, note => note.StartsWith("1 hidden files were left out", StringComparison.Ordinal));
        Assert.Equal(unpacks, Directory.Exists(_folder.Cache));
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void An_image_whose_checksum_is_wrong_is_named_and_left_out(CompressionLevel level)
    {
        byte[] zip = Zip(level, Images("1.png", "2.png", "3.png"));
        // Of the second file's header in the directory (PKWARE APPNOTE 4.3.12); the images themselves are sound.
        const int Checksum = 16, DirectoryHeader = 46;
        int second = zip.AsSpan().LastIndexOf("2.png"u8) - DirectoryHeader;
        zip[second + Checksum] ^= 1;
        _folder.Write("photos.zip", zip);
        using Dataset asked = _folder.Open("photos.zip");
        Assert.Contains("checksum", Assert.Throws<InvalidDataException>(() => DatasetRow.Pixels(asked.Rows)).Message, StringComparison.Ordinal);
        Assert.Equal(["photos.zip!/2.png"], asked.Unreadable);
        using Dataset checkedOnce = Dataset.Open(_folder["photos.zip"], _folder.Options with { BrokenImages = BrokenImages.LeaveOut });
        Assert.Equal(["photos.zip!/1.png", "photos.zip!/3.png"], checkedOnce.Images.Select(image => image.Name));
        Assert.Contains(checkedOnce.Notes, note => note.Contains("'photos.zip!/2.png'", StringComparison.Ordinal));
    }

    [Fact]
    public void Image_files_that_ask_to_be_turned_are_counted()
    {
        _folder.Write("photos.zip", Zip(CompressionLevel.Optimal, [.. Images("1.png"), ("2.jpg", EncodedImages.JpegWithOrientation(6)), ("3.jpg", EncodedImages.JpegWithOrientation(3)), ("4.jpg", EncodedImages.JpegWithOrientation(1))]));
        using Dataset read = _folder.Open("photos.zip");
        Assert.Empty(read.OrientationWarnings);
        for (int epoch = 0; epoch < 2; epoch++)
            DatasetRow.Pixels(read.Rows);
        string warning = Assert.Single(read.OrientationWarnings);
        Assert.StartsWith("2 image(s) carry an EXIF orientation", warning, StringComparison.Ordinal);
        Assert.Contains("'photos.zip!/2.jpg' (orientation 6)", warning, StringComparison.Ordinal);
        using Dataset checkedOnce = Dataset.Open(_folder["photos.zip"], _folder.Options with { BrokenImages = BrokenImages.LeaveOut });
        Assert.Contains(warning, checkedOnce.Notes);
    }

    [Fact]
    public void Many_cursors_read_one_archive_at_once()
    {
        _folder.Write("many.zip", Zip(CompressionLevel.Optimal, Images([.. Enumerable.Range(0, 200).Select(i => $"{i:000}.png")])));
        using Dataset dataset = _folder.Open("many.zip");
        var shades = dataset.Rows.GetRowCursorSet(dataset.Rows.Schema, 8).AsParallel().WithDegreeOfParallelism(8).SelectMany(cursor =>
        {
            var found = new List<int>();
            using (cursor)
            {
                ValueGetter<Microsoft.ML.Data.MLImage> get = cursor.GetGetter<Microsoft.ML.Data.MLImage>(cursor.Schema["Image"]);
                Microsoft.ML.Data.MLImage image = null!;
                while (cursor.MoveNext())
                {
                    get(ref image);
                    found.Add(image.Pixels[2]);
                }
            }

            return found;
        });
        Assert.Equal(Enumerable.Range(0, 200), shades.Order());
    }

    [Fact]
    public void A_compressed_tar_is_unpacked_once_and_again_when_its_content_changes()
    {
        var announced = new List<string>();
        DatasetOptions options = _folder.Options with { Announce = announced.Add };
        _folder.Write("a.tar.gz", Gzip(Tar(TarEntryFormat.Gnu, Images("1.png"))));
        for (int i = 0; i < 2; i++)
        {
            using Dataset dataset = Dataset.Open(_folder["a.tar.gz"], options);
            Assert.Equal(1, dataset.Count);
        }

        Assert.Contains(_folder.Cache, Assert.Single(announced), StringComparison.Ordinal);
        _folder.Write("a.tar.gz", Gzip(Tar(TarEntryFormat.Gnu, Images("1.png", "2.png"))));
        using Dataset changed = Dataset.Open(_folder["a.tar.gz"], options);
        Assert.Equal(2, changed.Count);
        Assert.All(Directory.GetFiles(_folder.Cache), file => Assert.EndsWith(".tar", file, StringComparison.Ordinal));
    }

    [Fact]
    public void Binary_files_are_read_within_an_archive()
    {
        byte[] record = [4, .. new byte[3072]];
        _folder.Write("cifar-10-binary.tar.gz", Gzip(Tar(TarEntryFormat.Ustar, ("cifar-10-batches-bin/data_batch_1.bin", record), ("cifar-10-batches-bin/test_batch.bin", record))));
        using Dataset dataset = _folder.Open("cifar-10-binary.tar.gz");
        Assert.Equal("cifar-binary", dataset.Format);
        Assert.Equal("cifar-10-binary.tar.gz!/cifar-10-batches-bin/data_batch_1.bin#0 4 train", DatasetRow.Of(dataset, _folder.Path)[0]);
        Assert.Equal(2, DatasetRow.Pixels(dataset.Rows).Length);
    }

    [Fact]
    public void A_folder_with_an_archive_and_nothing_else_stands_for_it()
    {
        _folder.Write("set/a.zip", Zip(CompressionLevel.Optimal, Images("a/1.png", "b/2.png")));
        using Dataset dataset = _folder.Open("set");
        Assert.Equal(["a", "b"], dataset.ClassNames);
    }

    [Theory]
    [InlineData("../x.png")]
    [InlineData("/x.png")]
    [InlineData("a/../../x.png")]
    [InlineData("C:/x.png")]
    [InlineData("..\\x.png")]
    public void Names_that_lead_outside_are_left_out(string name)
    {
        _folder.Write("a.zip", Zip(CompressionLevel.Optimal, Images("1.png", name)));
        _folder.Write("a.tar", Tar(TarEntryFormat.Gnu, Images("1.png", name)));
        foreach (string archive in (string[])["a.zip", "a.tar"])
        {
            using Dataset dataset = _folder.Open(archive);
            Assert.Equal(1, dataset.Count);
            Assert.Contains($"leads outside were left out; the first: '{name}'", Assert.Single(dataset.Notes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Links_are_left_out()
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "a.png") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "b.png") { LinkName = "c.png" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "c.png") { DataStream = new MemoryStream(DatasetFolder.Png()) });
        }

        _folder.Write("a.tar", bytes.ToArray());
        using Dataset dataset = _folder.Open("a.tar");
        Assert.Equal(1, dataset.Count);
        Assert.StartsWith("2 links were left out", Assert.Single(dataset.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_cut_off_anywhere_are_refused_and_leave_nothing()
    {
        (string, byte[])[] files = Images("a/1.png", "b/2.png");
        byte[] tar = Tar(TarEntryFormat.Pax, files), zip = Zip(CompressionLevel.Optimal, files), gzip = Gzip(tar);
        for (int length = 0; length < zip.Length; length += 7)
        {
            _folder.Write("a.zip", zip[..length]);
            _folder.Error("a.zip");
        }

        // Behind the last file there are two empty blocks and what fills the record: they may be missing.
        int end = tar.AsSpan().LastIndexOfAnyExcept((byte)0);
        for (int length = 600; length < end; length += 101)
        {
            _folder.Write("a.tar", tar[..length]);
            Assert.Contains("cut off", _folder.Error("a.tar"), StringComparison.Ordinal);
        }

        byte[] one = Tar(TarEntryFormat.Gnu, Images("1.png"));
        _folder.Write("one.tar", one[..1024]);
        using (Dataset dataset = _folder.Open("one.tar"))
            Assert.Contains("no mark at its end", Assert.Single(dataset.Notes), StringComparison.Ordinal);

        for (int length = 30; length < gzip.Length; length += 13)
        {
            _folder.Write("a.tar.gz", gzip[..length]);
            _folder.Error("a.tar.gz");
        }

        Assert.Empty(Directory.Exists(_folder.Cache) ? Directory.GetFiles(_folder.Cache) : []);
    }

    [Fact]
    public void Bytes_changed_anywhere_end_in_an_error_or_in_images()
    {
        (string, byte[])[] files = Images("a/1.png", "b/2.png");
        var random = new Random(1);
        foreach ((string name, byte[] whole) in new[] { ("a.zip", Zip(CompressionLevel.Optimal, files)), ("a.tar", Tar(TarEntryFormat.Gnu, files)), ("p.tar", Tar(TarEntryFormat.Pax, files)) })
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] changed = [.. whole];
                for (int k = 0; k < 3; k++)
                    changed[random.Next(changed.Length)] = (byte)random.Next(256);
                _folder.Write(name, changed);
                try
                {
                    using Dataset dataset = _folder.Open(name);
                    DatasetRow.Pixels(dataset.Rows);
                }
                catch (InvalidDataException)
                {
                    continue;
                }
            }
        }
    }

    [Fact]
    public void Bombs_are_refused_with_their_ratio()
    {
        DatasetOptions Strict(DatasetOptions o) => o with { RatioFreeBytes = 1 << 16 };
        byte[] zeros = new byte[4_000_000];
        _folder.Write("a.zip", Zip(CompressionLevel.Optimal, ("1.png", zeros)));
        using (Dataset dataset = Dataset.Open(_folder["a.zip"], Strict(_folder.Options)))
            Assert.Contains(":1", Assert.Throws<InvalidDataException>(() => DatasetRow.Pixels(dataset.Rows)).Message, StringComparison.Ordinal);
        _folder.Write("a.tar.gz", Gzip(Tar(TarEntryFormat.Gnu, ("1.png", zeros))));
        Assert.Contains(":1", _folder.Error("a.tar.gz", Strict), StringComparison.Ordinal);
        Assert.Contains("more than the 1000000 that are allowed", _folder.Error("a.tar.gz", o => o with { MaximumUnpackedBytes = 1_000_000 }), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Cache));

        // What the archive says about a file is a lie: less than there is.
        byte[] zip = Zip(CompressionLevel.Optimal, ("1.png", zeros));
        int header = zip.AsSpan().LastIndexOf("PK\x1\x2"u8);
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(header + 24), 100);
        _folder.Write("lie.zip", zip);
        using Dataset lying = _folder.Open("lie.zip");
        Assert.Contains("does not unpack to the 100 bytes", Assert.Throws<InvalidDataException>(() => DatasetRow.Pixels(lying.Rows)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_entries_than_allowed_are_refused()
    {
        _folder.Write("a.zip", Zip(CompressionLevel.Optimal, Images("1.png", "2.png", "3.png")));
        _folder.Write("a.tar", Tar(TarEntryFormat.Gnu, Images("1.png", "2.png", "3.png")));
        Assert.Contains("more than 2 entries", _folder.Error("a.zip", o => o with { MaximumEntries = 2 }), StringComparison.Ordinal);
        Assert.Contains("more than 2 entries", _folder.Error("a.tar", o => o with { MaximumEntries = 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_zip_behind_other_bytes_and_in_64_bits_is_read()
    {
        byte[] zip = Zip(CompressionLevel.NoCompression, Images("1.png", "2.png"));
        int end = zip.AsSpan().LastIndexOf("PK\x5\x6"u8);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(end + 12)), offset = BinaryPrimitives.ReadUInt32LittleEndian(zip.AsSpan(end + 16));
        byte[] end64 = new byte[76];
        "PK\x6\x6"u8.CopyTo(end64);
        BinaryPrimitives.WriteInt64LittleEndian(end64.AsSpan(4), 44);
        BinaryPrimitives.WriteInt64LittleEndian(end64.AsSpan(40), length);
        BinaryPrimitives.WriteInt64LittleEndian(end64.AsSpan(48), offset);
        "PK\x6\x7"u8.CopyTo(end64.AsSpan(56));
        BinaryPrimitives.WriteInt64LittleEndian(end64.AsSpan(64), end);
        zip.AsSpan(end + 12, 8).Fill(0xFF);
        _folder.Write("64.zip", [.. zip[..end], .. end64, .. zip[end..]]);
        byte[] plain = Zip(CompressionLevel.NoCompression, Images("1.png", "2.png"));
        _folder.Write("behind.zip", [.. Encoding.ASCII.GetBytes("PK\x3\x4 something else"), .. plain]);
        foreach (string name in (string[])["64.zip", "behind.zip"])
        {
            using Dataset dataset = _folder.Open(name);
            Assert.Equal([0, 1], DatasetRow.Pixels(dataset.Rows).Select(pixel => (int)pixel.Red));
        }
    }

    [Fact]
    public void Other_compressions_are_named()
    {
        _folder.Write("a.tar.xz", [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);
        Assert.Contains("compressed with xz", _folder.Error("a.tar.xz"), StringComparison.Ordinal);
    }
}
