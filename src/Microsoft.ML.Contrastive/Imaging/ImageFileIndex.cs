using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Contrastive.Augmentation;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>What the file system and its header say of an image file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Modified">When it was last written, in ticks of UTC.</param>
/// <param name="Size">Size of the image once it is decoded.</param>
internal readonly record struct ImageFileEntry(string Path, long Length, long Modified, ImageSize Size);

/// <summary>The image files of a data set in the order of its rows, known by their headers: how much room their pixels need, and whether they are still the same.</summary>
/// <param name="entries">The files.</param>
/// <param name="shorterSide">Shorter side that larger images are reduced to, or <see langword="null"/>.</param>
internal sealed class ImageFileIndex(ImmutableArray<ImageFileEntry> entries, int? shorterSide)
{
    /// <summary>The files.</summary>
    public ImmutableArray<ImageFileEntry> Entries => entries;

    /// <summary>Shorter side that larger images are reduced to, or <see langword="null"/>.</summary>
    public int? ShorterSide => shorterSide;

    /// <summary>What the pixels of all images occupy, in bytes.</summary>
    public long PixelBytes { get; } = entries.Sum(e => e.Size.Area * 3);

    /// <summary>The deepest folder that all files lie in.</summary>
    public string Root
    {
        get
        {
            string root = Path.GetDirectoryName(Path.GetFullPath(entries[0].Path)) ?? "";
            foreach (ImageFileEntry entry in entries)
            {
                while (root.Length > 0 && !entry.Path.StartsWith(root, StringComparison.Ordinal))
                    root = Path.GetDirectoryName(root) ?? "";
            }

            return root;
        }
    }

    /// <summary>32 bytes that change when a file is replaced, added, removed or moved, or when another decoder or size is asked for.</summary>
    public byte[] Identity()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{typeof(SKCodec).Assembly.FullName}\n{shorterSide}\n"));
        foreach (ImageFileEntry entry in entries)
        {
            hash.AppendData(MemoryMarshal.AsBytes(entry.Path.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes([entry.Length, entry.Modified, entry.Path.Length]));
        }

        return hash.GetHashAndReset();
    }

    /// <summary>Looks at a file's header.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shorterSide">Shorter side that larger images are reduced to, or <see langword="null"/>.</param>
    /// <param name="inspection">What was found.</param>
    /// <returns>The entry; the default value where the image cannot be used.</returns>
    public static ImageFileEntry Inspect(string path, int? shorterSide, out ImageInspection inspection)
    {
        inspection = new ImageInspector().InspectHeader(path);
        var file = new FileInfo(path);
        if (inspection.IsUsable && !file.Exists)
            inspection = inspection with { Problem = "is no longer there" };
        if (!inspection.IsUsable)
            return default;
        return new ImageFileEntry(path, file.Length, file.LastWriteTimeUtc.Ticks, ImageDecoder.SizeOf(inspection.Size!.Value, shorterSide));
    }
}
