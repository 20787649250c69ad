using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets;

/// <summary>What every layout gives: rows that behave as rows do, and errors that say what to do.</summary>
public sealed class DatasetTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_have_the_same_identifier_and_image_in_any_number_of_cursors_and_order()
    {
        _folder.WriteImages([.. Enumerable.Range(0, 70).Select(i => $"{(i % 2 == 0 ? "a" : "b")}/{i:00}.png")]);
        using Dataset dataset = _folder.Open();
        Dictionary<string, string> once = Rows(dataset.Rows.GetRowCursor(dataset.Rows.Schema));
        Assert.Equal(70, once.Count);
        Assert.Equal(once, Rows(dataset.Rows.GetRowCursor(dataset.Rows.Schema, new Random(1))));
        Assert.Equal(once, dataset.Rows.GetRowCursorSet(dataset.Rows.Schema, 3).AsParallel().SelectMany(Rows).ToDictionary());

        static Dictionary<string, string> Rows(DataViewRowCursor cursor)
        {
            using (cursor)
            {
                var rows = new Dictionary<string, string>();
                ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
                ValueGetter<ReadOnlyMemory<char>> getPath = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["ImagePath"]);
                ValueGetter<MLImage> getImage = cursor.GetGetter<MLImage>(cursor.Schema["Image"]);
                MLImage image = null!;
                while (cursor.MoveNext())
                {
                    DataViewRowId id = default;
                    ReadOnlyMemory<char> path = default;
                    getId(ref id);
                    getPath(ref path);
                    getImage(ref image);
                    Assert.Equal(path.ToString(), image.Tag);
                    rows.Add(id.ToString(), $"{path} {image.Pixels[2]}");
                }

                image?.Dispose();
                return rows;
            }
        }
    }

    [Fact]
    public void Rows_go_through_filters_and_splits()
    {
        _folder.WriteImages([.. Enumerable.Range(0, 40).Select(i => $"{(i % 2 == 0 ? "a" : "b")}/{i:00}.png")]);
        using Dataset dataset = _folder.Open();
        var ml = new MLContext(seed: 1);
        Assert.Equal(5, DatasetRow.Pixels(ml.Data.TakeRows(dataset.Rows, 5)).Length);
        DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(dataset.Rows, testFraction: 0.25);
        byte[] shades = [.. DatasetRow.Pixels(split.TrainSet).Concat(DatasetRow.Pixels(split.TestSet)).Select(pixel => pixel.Red)];
        Assert.Equal(Enumerable.Range(0, 40).Select(i => (byte)i), shades.Order());
    }

    [Fact]
    public void A_trainer_reads_the_images_once_and_names_the_broken_ones()
    {
        using var images = new ImageFolder(classes: 2, perClass: 8, width: 16, height: 16);
        images.AddCorrupt();
        File.Move(images.Files[3], images.Files[3] + ".renamed");
        using Dataset dataset = Dataset.Open(images.Path);
        var ml = new MLContext(seed: 1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        var options = new ContrastivePretrainTrainer.Options { Epochs = 1, BatchSize = 4, Method = new SimClr(), Backbone = Contrastive.Backbones.Backbone.Parse("resnet10-compact-w0.25") };
        ml.Transforms.JointCrop(["View1", "View2"], "Image", 16).Append(ml.Contrastive().Trainers.ContrastivePretrain(options)).Fit(dataset.Rows);
        Assert.DoesNotContain(log, line => line.Contains("through cursors", StringComparison.Ordinal));
        Assert.Contains(log, line => line.Contains("1 of 16 images could not be read", StringComparison.Ordinal));
        Assert.Equal([Path.Combine(images.Path, "class0", "corrupt.png")], dataset.Unreadable);
    }

    [Theory]
    [InlineData(nameof(BrokenImages.LeaveOut))]
    [InlineData(nameof(BrokenImages.Refuse))]
    public void Broken_images_are_found_beforehand_when_asked_for(string name)
    {
        BrokenImages handling = Enum.Parse<BrokenImages>(name);
        _folder.WriteImages("a.png", "b.png");
        _folder.Write("cut.png", DatasetFolder.Png(width: 40, height: 40)[..^30]);
        _folder.Write("none.jpg", "no image");
        _folder.Write("empty.jpg", "");
        DatasetOptions options = _folder.Options with { BrokenImages = handling };
        string said;
        if (handling == BrokenImages.LeaveOut)
        {
            using Dataset dataset = Dataset.Open(_folder.Path, options);
            Assert.Equal(2, dataset.Count);
            said = Assert.Single(dataset.Notes);
        }
        else
        {
            said = _folder.Error(options: _ => options);
        }

        Assert.Contains("3 of 5 images", said, StringComparison.Ordinal);
        Assert.All(["cut.png", "none.jpg", "empty.jpg"], name => Assert.Contains(name, said, StringComparison.Ordinal));
    }

    [Fact]
    public void An_image_that_announces_more_pixels_than_memory_is_refused_before_it_is_decoded()
    {
        byte[] png = DatasetFolder.Png();
        png.AsSpan(16, 8).Fill(0x7F);
        uint crc = Crc(png.AsSpan(12, 17));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), crc);
        _folder.Write("a.png", png);
        using Dataset dataset = _folder.Open();
        Exception error = Assert.ThrowsAny<Exception>(() => DatasetRow.Pixels(dataset.Rows));
        Assert.Contains("a.png", error.Message, StringComparison.Ordinal);

        static uint Crc(ReadOnlySpan<byte> bytes)
        {
            uint crc = uint.MaxValue;
            foreach (byte b in bytes)
            {
                crc ^= b;
                for (int k = 0; k < 8; k++)
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }

            return ~crc;
        }
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        Assert.Contains("There is no file or folder", _folder.Error("nothing"), StringComparison.Ordinal);
        Assert.Contains("holds no image", _folder.Error(), StringComparison.Ordinal);
        _folder.WriteImages("a.png");
        Assert.Contains("two folders or more", _folder.Error(options: o => o with { Format = "class-folders" }), StringComparison.Ordinal);
        Assert.Contains("class-folders", _folder.Error(options: o => o with { Format = "class-folder" }), StringComparison.Ordinal);
        Assert.Contains("more than 0 files", _folder.Error(options: o => o with { MaximumEntries = 0 }), StringComparison.Ordinal);
        using Dataset dataset = _folder.Open();
        Assert.Contains("it has train", Assert.Throws<ArgumentException>(() => dataset.RowsOf("test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_a_second_place_are_without_labels_whatever_theirs_are()
    {
        using var folder = new DatasetFolder();
        folder.WriteImages("photos/cat/a.png", "photos/dog/b.png", "more/bird/c.png", "more/fish/d.png");
        using Dataset data = Dataset.Open(folder["photos"], folder.Options with { Unlabeled = folder["more"] });
        Assert.Equal(["cat", "dog"], data.ClassNames);
        Assert.Equal((4, 2, 2), (data.Count, data.LabelledCount, data.CountOf(Split.Unlabeled)));
        Assert.Equal(folder["more"], data.Unlabeled);
        Assert.Equal([folder["more/bird/c.png"], folder["more/fish/d.png"]], data.RowsOf(Split.Unlabeled).GetColumn<string>(DatasetView.PathColumnName));
        Assert.Equal(["dog", ""], data.RowsAt([1, 3]).GetColumn<string>(DatasetView.LabelColumnName));
    }
}
