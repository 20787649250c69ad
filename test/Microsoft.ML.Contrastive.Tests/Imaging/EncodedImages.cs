using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>Small image files made on the spot: by SkiaSharp's encoders where it has them, byte by byte where it has not.</summary>
internal static class EncodedImages
{
    public const byte Red = 200, Green = 100, Blue = 50, Gray = 77, HalfAlpha = 128;

    public static byte[] Jpeg(int width = 16, int height = 8) => Skia(SKEncodedImageFormat.Jpeg, SKColorType.Bgra8888, 255, width, height);

    public static byte[] GrayJpeg() => Skia(SKEncodedImageFormat.Jpeg, SKColorType.Gray8, 255, 16, 8);

    public static byte[] WebP() => Skia(SKEncodedImageFormat.Webp, SKColorType.Bgra8888, 255, 16, 8, quality: 100);

    public static byte[] Png(int width = 16, int height = 8) => Skia(SKEncodedImageFormat.Png, SKColorType.Bgra8888, 255, width, height);

    public static byte[] PngWithAlpha() => Skia(SKEncodedImageFormat.Png, SKColorType.Rgba8888, HalfAlpha, 16, 8);

    /// <summary>Left half <see cref="Red"/>, <see cref="Green"/>, <see cref="Blue"/>, right half black, from a palette of two.</summary>
    public static byte[] PalettePng()
    {
        var rows = new byte[8 * 17];
        for (int y = 0; y < 8; y++)
            rows.AsSpan((y * 17) + 9, 8).Fill(1);
        return PngOf(16, 8, bitDepth: 8, colorType: 3, rows, palette: [Red, Green, Blue, 0, 0, 0]);
    }

    public static byte[] SixteenBitPng()
    {
        var rows = new byte[8 * (1 + (16 * 6))];
        for (int y = 0; y < 8; y++)
        {
            var row = rows.AsSpan((y * 97) + 1, 96);
            for (int x = 0; x < 16; x++)
                new byte[] { Red, 0x21, Green, 0x43, Blue, 0x65 }.CopyTo(row[(x * 6)..]);
        }
        return PngOf(16, 8, bitDepth: 16, colorType: 2, rows);
    }

    public static byte[] SixteenBitGrayPng()
    {
        var rows = new byte[8 * (1 + (16 * 2))];
        for (int y = 0; y < 8; y++)
        {
            for (int x = 0; x < 16; x++)
                rows[(y * 33) + 1 + (2 * x)] = Gray;
        }
        return PngOf(16, 8, bitDepth: 16, colorType: 0, rows);
    }

    /// <summary>A header that announces an image of any size, with next to no data behind it.</summary>
    public static byte[] PngHeaderOf(int width, int height) => PngOf(width, height, bitDepth: 8, colorType: 2, new byte[64]);

    public static byte[] Bmp()
    {
        var file = new byte[54 + (16 * 8 * 3)];
        file[0] = (byte)'B';
        file[1] = (byte)'M';
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), 16);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), 8);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(28), 24);
        for (int p = 54; p < file.Length; p += 3)
            new byte[] { Blue, Green, Red }.CopyTo(file.AsSpan(p));
        return file;
    }

    /// <summary>Two frames of 2×2: the first of the colour, the second black.</summary>
    public static byte[] Gif() =>
    [
        .. "GIF89a"u8, 2, 0, 2, 0, 0x80, 0, 0, Red, Green, Blue, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, .. Lzw([0, 0, 0, 0]), 0,
        0x21, 0xF9, 4, 0, 10, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, .. Lzw([1, 1, 1, 1]), 0,
        0x3B,
    ];

    /// <summary>Adobe CMYK of one colour: what Photoshop writes, inverted, without a colour transform.</summary>
    public static byte[] CmykJpeg(byte c, byte m, byte y, byte k)
    {
        var bits = new StringBuilder();
        foreach (byte sample in new[] { c, m, y, k })
        {
            int dc = 8 * (sample - 128);
            int category = dc == 0 ? 0 : (int)Math.Log2(Math.Abs(dc)) + 1;
            bits.Append(Convert.ToString(category, 2).PadLeft(4, '0'));
            if (category > 0)
                bits.Append(Convert.ToString(dc > 0 ? dc : dc + (1 << category) - 1, 2).PadLeft(category, '0'));
            bits.Append('0'); // end of block
        }
        while (bits.Length % 8 != 0)
            bits.Append('1');
        var scan = new List<byte>();
        for (int i = 0; i < bits.Length; i += 8)
        {
            scan.Add(Convert.ToByte(bits.ToString(i, 8), 2));
            if (scan[^1] == 0xFF)
                scan.Add(0);
        }

        byte[] quantization = [0, .. Enumerable.Repeat((byte)1, 64)];
        byte[] dcTable = [0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
        byte[] acTable = [0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        return
        [
            0xFF, 0xD8,
            .. JpegSegment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]),
            .. JpegSegment(0xDB, quantization),
            .. JpegSegment(0xC0, [8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]),
            .. JpegSegment(0xC4, dcTable),
            .. JpegSegment(0xC4, acTable),
            .. JpegSegment(0xDA, [4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]),
            .. scan,
            0xFF, 0xD9,
        ];
    }

    /// <summary>A JPEG with an EXIF orientation, 1 … 8.</summary>
    public static byte[] JpegWithOrientation(int orientation, int width = 16, int height = 8)
    {
        byte[] exif =
        [
            .. "Exif\0\0"u8, .. "II"u8, 42, 0, 8, 0, 0, 0,
            1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0,
            0, 0, 0, 0,
        ];
        byte[] jpeg = Jpeg(width, height);
        return [.. jpeg[..2], .. JpegSegment(0xE1, exif), .. jpeg[2..]];
    }

    /// <summary>A JPEG of noise, large enough to be cut somewhere in the middle.</summary>
    public static byte[] NoisyJpeg(int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        var random = new Random(1);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        }
        return Encode(bitmap, SKEncodedImageFormat.Jpeg, 95);
    }

    private static byte[] Skia(SKEncodedImageFormat format, SKColorType colorType, byte alpha, int width, int height, int quality = 98)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, colorType, alpha == 255 ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        bitmap.Erase(colorType == SKColorType.Gray8 ? new SKColor(Gray, Gray, Gray) : new SKColor(Red, Green, Blue, alpha));
        return Encode(bitmap, format, quality);
    }

    private static byte[] Encode(SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using var stream = new MemoryStream();
        Assert.True(bitmap.Encode(stream, format, quality));
        return stream.ToArray();
    }

    private static byte[] PngOf(int width, int height, byte bitDepth, byte colorType, byte[] rows, byte[]? palette = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bitDepth;
        header[9] = colorType;
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(rows);
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8,
            .. PngChunk("IHDR", header),
            .. palette is null ? [] : PngChunk("PLTE", palette),
            .. PngChunk("IDAT", compressed.ToArray()),
            .. PngChunk("IEND", []),
        ];
    }

    private static byte[] PngChunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        var crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32(body));
        return [.. length, .. body, .. crc];
    }

    private static uint Crc32(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (0xEDB88320u & (0 - (crc & 1)));
        }
        return ~crc;
    }

    private static byte[] JpegSegment(byte marker, byte[] data) => [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];

    /// <summary>GIF's compression with codes of three bits and a clear code before every pixel, so that no dictionary grows.</summary>
    private static byte[] Lzw(int[] pixels)
    {
        const int clear = 4, end = 5;
        var codes = new List<int>();
        foreach (int pixel in pixels)
            codes.AddRange([clear, pixel]);
        codes.Add(end);
        var data = new byte[((codes.Count * 3) + 7) / 8];
        for (int i = 0; i < codes.Count * 3; i++)
            data[i / 8] |= (byte)(((codes[i / 3] >> (i % 3)) & 1) << (i % 8));
        return [(byte)data.Length, .. data];
    }
}
