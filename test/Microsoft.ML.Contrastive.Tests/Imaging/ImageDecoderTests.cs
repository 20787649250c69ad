using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

public sealed class ImageDecoderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public static TheoryData<string, byte[]> Formats => new()
    {
        { "jpeg", EncodedImages.Jpeg() },
        { "grey jpeg", EncodedImages.GrayJpeg() },
        { "cmyk jpeg", EncodedImages.CmykJpeg(40, 80, 120, 200) },
        { "png", EncodedImages.Png() },
        { "png with alpha", EncodedImages.PngWithAlpha() },
        { "palette png", EncodedImages.PalettePng() },
        { "16 bits", EncodedImages.SixteenBitPng() },
        { "bmp", EncodedImages.Bmp() },
        { "gif", EncodedImages.Gif() },
        { "webp", EncodedImages.WebP() },
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Formats), DisableDiscoveryEnumeration = true)]
    public void Files_are_decoded_as_LoadImages_does(string name, byte[] content)
    {
        string path = Write(name, content);
        using MLImage image = MLImage.CreateFromFile(path);
        byte[] expected = new byte[MLImagePixels.PackedLength(image)];
        MLImagePixels.CopyTo(image, expected);
        Assert.Equal(expected, new ImageDecoder().Decode(path).Pixels.ToArray());
        // Also where reduction is asked for and the image is small.
        Assert.Equal(expected, new ImageDecoder(shorterSide: 8).Decode(path).Pixels.ToArray());
    }

    /// <summary>By the formats' own colours: halves of one colour stay what they are.</summary>
    [Theory]
    [MemberData(nameof(Formats), DisableDiscoveryEnumeration = true)]
    public void Reduced_images_have_the_colours_of_whole_ones(string name, byte[] content)
    {
        string path = Write(name, content);
        var whole = new ImageDecoder();
        RgbImage image = whole.Decode(path);
        RgbImage reduced = new ImageDecoder(shorterSide: Math.Min(image.Width, image.Height) / 2).Decode(path);
        Assert.Equal((image.Width / 2, image.Height / 2), (reduced.Width, reduced.Height));
        for (int channel = 0; channel < 3; channel++)
            Assert.InRange(reduced.Pixels[channel] - image.Pixels[channel], -1, 1);
    }

    [Theory]
    [InlineData(640, 480, 100, 133, 100)]
    [InlineData(480, 640, 100, 100, 133)]
    [InlineData(100, 99, 99, 100, 99)]
    [InlineData(1000, 100, 3, 30, 3)]
    public void The_shorter_side_is_what_was_asked_for(int width, int height, int shorterSide, int expectedWidth, int expectedHeight)
    {
        Assert.Equal(new ImageSize(expectedWidth, expectedHeight), ImageDecoder.SizeOf(new(width, height), shorterSide));
        RgbImage reduced = new ImageDecoder(shorterSide).Decode(Write("x", EncodedImages.Jpeg(width, height)));
        Assert.Equal((expectedWidth, expectedHeight), (reduced.Width, reduced.Height));
    }

    [Fact]
    public void What_is_no_image_is_named()
    {
        string path = Write("text", [1, 2, 3]);
        Assert.Contains(path, Assert.Throws<InvalidOperationException>(() => new ImageDecoder().Decode(path).Width).Message, StringComparison.Ordinal);
        Assert.Contains(path, Assert.Throws<InvalidOperationException>(() => new ImageDecoder(4).Decode(path).Width).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => new ImageDecoder().Decode(Path.Combine(_folder, "missing")).Width);
    }

    private string Write(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
