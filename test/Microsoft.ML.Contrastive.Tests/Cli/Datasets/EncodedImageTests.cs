using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets;

/// <summary>Decoded images are those of ML.NET's own loader.</summary>
public sealed class EncodedImageTests
{
    /// <summary>Grey, colour and alpha in the formats that can be written here.</summary>
    public static TheoryData<SKEncodedImageFormat, SKColorType, SKAlphaType> Kinds => new()
    {
        { SKEncodedImageFormat.Jpeg, SKColorType.Bgra8888, SKAlphaType.Opaque },
        { SKEncodedImageFormat.Jpeg, SKColorType.Gray8, SKAlphaType.Opaque },
        { SKEncodedImageFormat.Png, SKColorType.Bgra8888, SKAlphaType.Unpremul },
        { SKEncodedImageFormat.Png, SKColorType.Gray8, SKAlphaType.Opaque },
        { SKEncodedImageFormat.Png, SKColorType.RgbaF16, SKAlphaType.Unpremul },
        { SKEncodedImageFormat.Png, SKColorType.Rgb565, SKAlphaType.Opaque },
        { SKEncodedImageFormat.Webp, SKColorType.Bgra8888, SKAlphaType.Unpremul },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pixels_are_those_of_MLImage(SKEncodedImageFormat format, SKColorType color, SKAlphaType alpha)
    {
        using var drawn = new SKBitmap(new SKImageInfo(17, 11, SKColorType.Bgra8888, SKAlphaType.Unpremul));
        for (int i = 0; i < 17 * 11; i++)
            drawn.SetPixel(i % 17, i / 17, new SKColor((byte)(i * 7), (byte)(i * 13), (byte)(i * 29), alpha == SKAlphaType.Opaque ? (byte)255 : (byte)(i * 5)));
        using var bitmap = new SKBitmap(new SKImageInfo(17, 11, color, alpha));
        Assert.True(drawn.CopyTo(bitmap, color));
        byte[] file = bitmap.Encode(format, 90).ToArray();

        using var stream = new MemoryStream(file);
        using MLImage expected = MLImage.CreateFromStream(stream);
        using SKCodec codec = EncodedImage.Open(file, "image");
        using MLImage actual = EncodedImage.Decode(codec, "image");
        Assert.Equal((expected.Width, expected.Height, expected.PixelFormat), (actual.Width, actual.Height, actual.PixelFormat));
        Assert.Equal(expected.Pixels.ToArray(), actual.Pixels.ToArray());
    }

    /// <summary>Training must see what every other verb calls broken.</summary>
    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    public void A_file_that_is_cut_off_is_not_decoded(SKEncodedImageFormat format)
    {
        using var drawn = new SKBitmap(new SKImageInfo(64, 64, SKColorType.Bgra8888, SKAlphaType.Opaque));
        for (int i = 0; i < 64 * 64; i++)
            drawn.SetPixel(i % 64, i / 64, new SKColor((uint)(0xFF000000 | (i * 2654435761L & 0xFFFFFF))));
        byte[] file = drawn.Encode(format, 90).ToArray();
        file = file[..(file.Length * 2 / 3)];
        foreach (Action<SKCodec, string> read in (Action<SKCodec, string>[])[(codec, name) => EncodedImage.Decode(codec, name).Dispose(), EncodedImage.RequireWhole])
        {
            using SKCodec codec = EncodedImage.Open(file, "image");
            Assert.Contains("'image' is cut off", Assert.Throws<InvalidDataException>(() => read(codec, "image")).Message, StringComparison.Ordinal);
        }
    }
}
