using Microsoft.ML.Contrastive.Cli.Datasets.Files;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>The image files of a tree: by extension, and by content where the name has none.</summary>
internal sealed class EncodedImages : ImageSource
{
    private readonly FileTree _tree;

    /// <summary>Finds them.</summary>
    public EncodedImages(FileTree tree)
    {
        _tree = tree;
        Files = [.. Enumerable.Range(0, tree.Names.Count).Where(IsImage)];
    }

    /// <summary>Indices of the image files in the tree, in ordinal order of their names.</summary>
    public int[] Files { get; }

    /// <summary>How many other files there are, as a sentence; null when there are none.</summary>
    public string? Note
    {
        get
        {
            int others = _tree.Names.Count - Files.Length;
            return others == 0 ? null : $"{others} {(others == 1 ? "file that is no image was" : "files that are no images were")} left out.";
        }
    }

    /// <inheritdoc/>
    public override MLImage Read(int index) => Use(index, EncodedImage.Decode);

    /// <inheritdoc/>
    public override void Check(int index) => Use(index, (codec, name) =>
    {
        EncodedImage.RequireWhole(codec, name);
        return name;
    });

    /// <inheritdoc/>
    public override string NameOf(int index) => _tree.NameOf(index);

    private T Use<T>(int index, Func<SKCodec, string, T> use)
    {
        string name = NameOf(index);
        try
        {
            using SKCodec codec = _tree.IsOnDisk ? EncodedImage.Open(name) : EncodedImage.Open(_tree.ReadAll(index), name);
            // Skia numbers orientations as EXIF does.
            if (!_tree.IsOnDisk && codec.EncodedOrigin != SKEncodedOrigin.TopLeft)
                _tree.Turned.TryAdd(name, (int)codec.EncodedOrigin);
            return use(codec, name);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            _tree.Unreadable.TryAdd(name, 0);
            throw;
        }
    }

    private bool IsImage(int file)
    {
        string name = _tree.Names[file];
        return ImageFolder.HasExtension(name) || (!Path.HasExtension(name) && EncodedImage.IsImage(_tree.Head(file, EncodedImage.HeadLength)));
    }
}
