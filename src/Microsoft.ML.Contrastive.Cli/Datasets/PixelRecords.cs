using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Cli.Datasets.Files;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Images of one size as bytes, one record after the other in a file: the binary files of data sets. Channels are planes, one after the other.</summary>
/// <param name="file">The file.</param>
/// <param name="name">Its name.</param>
/// <param name="width">Width in pixels.</param>
/// <param name="height">Height in pixels.</param>
/// <param name="channels">3 for red, green and blue; 1 for grey.</param>
internal sealed class PixelRecords(ByteRange file, string name, int width, int height, int channels) : ImageSource
{
    /// <summary>Bytes before the first record.</summary>
    public int Header { get; init; }

    /// <summary>Bytes at the begin of each record, before its pixels: labels.</summary>
    public int LabelBytes { get; init; }

    /// <summary>Whether a plane is stored column by column instead of row by row.</summary>
    public bool ColumnMajor { get; init; }

    /// <summary>Number of records.</summary>
    /// <exception cref="InvalidDataException">The length of the file is not that of whole records.</exception>
    public int Count
    {
        get
        {
            long bytes = file.Length - Header;
            return bytes >= 0 && bytes % RecordLength == 0 && bytes / RecordLength <= int.MaxValue
                ? (int)(bytes / RecordLength)
                : throw new InvalidDataException(
                    $"'{file.Name}' has {file.Length} bytes: that is no whole number of records of {RecordLength} bytes{(Header > 0 ? $" behind {Header}" : "")}. It is cut "
                        + "off, or not what its name says. Get it again.");
        }
    }

    private int RecordLength => LabelBytes + (width * height * channels);

    /// <summary>A label byte of a record.</summary>
    public byte Label(int record, int which)
    {
        Span<byte> label = stackalloc byte[1];
        file.Read(Header + ((long)record * RecordLength) + which, label);
        return label[0];
    }

    /// <inheritdoc/>
    public override MLImage Read(int index)
    {
        int pixels = width * height;
        byte[] planes = ArrayPool<byte>.Shared.Rent(pixels * channels);
        byte[] packed = ArrayPool<byte>.Shared.Rent(pixels * sizeof(uint));
        try
        {
            file.Read(Header + ((long)index * RecordLength) + LabelBytes, planes.AsSpan(0, pixels * channels));
            ReadOnlySpan<byte> red = planes.AsSpan(0, pixels), green = planes.AsSpan(channels == 1 ? 0 : pixels, pixels), blue = planes.AsSpan(channels == 1 ? 0 : 2 * pixels, pixels);
            Span<uint> bgra = MemoryMarshal.Cast<byte, uint>(packed.AsSpan(0, pixels * sizeof(uint)));
            int target = 0;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    int i = ColumnMajor ? (x * height) + y : target;
                    bgra[target++] = 0xFF000000u | ((uint)red[i] << 16) | ((uint)green[i] << 8) | blue[i];
                }
            }

            return MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, packed.AsSpan(0, pixels * sizeof(uint)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(planes);
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    /// <summary>Any bytes are an image, and their number was checked when the records were counted.</summary>
    public override void Check(int index)
    {
    }

    /// <inheritdoc/>
    public override string NameOf(int index) => $"{name}#{index}";
}
