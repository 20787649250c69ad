using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using static Microsoft.ML.Contrastive.Tests.Imaging.EncodedImages;

namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>What the decoder of <c>LoadImages</c> makes of each kind of file, and what inspecting a file says about it.</summary>
public sealed class DecodingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("decoding").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("jpeg", 16, 8, Red, Green, Blue)]
    [InlineData("grey jpeg", 16, 8, Gray, Gray, Gray)]
    [InlineData("cmyk jpeg", 8, 8, Red, Green, Blue)]
    [InlineData("png", 16, 8, Red, Green, Blue)]
    [InlineData("palette png", 16, 8, Red, Green, Blue)]
    [InlineData("16-bit png", 16, 8, Red, Green, Blue)]
    [InlineData("16-bit grey png", 16, 8, Gray, Gray, Gray)]
    [InlineData("png with alpha", 16, 8, Red / 2, Green / 2, Blue / 2)]
    [InlineData("bmp", 16, 8, Red, Green, Blue)]
    [InlineData("webp", 16, 8, Red, Green, Blue)]
    [InlineData("gif", 2, 2, Red, Green, Blue)]
    public void Every_kind_of_file_decodes_to_packed_pixels(string kind, int width, int height, byte red, byte green, byte blue)
    {
        string path = Save(kind, kind switch
        {
            "jpeg" => Jpeg(),
            "grey jpeg" => GrayJpeg(),
            "cmyk jpeg" => CmykJpeg(Red, Green, Blue, 255),
            "png" => Png(),
            "palette png" => PalettePng(),
            "16-bit png" => SixteenBitPng(),
            "16-bit grey png" => SixteenBitGrayPng(),
            "png with alpha" => PngWithAlpha(),
            "bmp" => Bmp(),
            "webp" => WebP(),
            _ => Gif(),
        });

        using var image = MLImage.CreateFromFile(path);
        var rgb = new byte[MLImagePixels.PackedLength(image)];
        MLImagePixels.CopyTo(image, rgb);

        Assert.Equal((width, height), (image.Width, image.Height));
        Assert.Equal(width * height * 3, rgb.Length);
        Assert.Equal([red, green, blue], rgb[..3].Select((value, i) => Close(value, [red, green, blue], i)));
        var inspection = new ImageInspector().InspectPixels(path);
        Assert.Null(inspection.Problem);
        Assert.Equal($"{width}x{height}", inspection.Size.ToString());
        Assert.Equal(1, inspection.Orientation);

        // JPEG and lossy WebP may be a level off.
        static byte Close(byte value, byte[] expected, int i) => Math.Abs(value - expected[i]) <= 1 ? expected[i] : value;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(8)]
    public void Orientation_is_reported_and_not_applied(int orientation)
    {
        string path = Save("photo.jpg", JpegWithOrientation(orientation));

        var inspection = new ImageInspector().InspectHeader(path);
        using var image = MLImage.CreateFromFile(path);

        Assert.Equal(orientation, inspection.Orientation);
        Assert.Equal((16, 8), (image.Width, image.Height));
    }

    [Fact]
    public void Images_with_an_orientation_are_counted_and_the_first_is_named()
    {
        var tally = new OrientationTally();
        var inspector = new ImageInspector();
        Assert.Null(tally.Warning);
        string upright = Save("a.jpg", Jpeg());
        string second = Save("c.jpg", JpegWithOrientation(6));
        string first = Save("b.jpg", JpegWithOrientation(3));

        Parallel.ForEach([upright, second, first], path => tally.Add(inspector.InspectHeader(path)));

        Assert.Equal(2, tally.Count);
        Assert.Contains(first, tally.Warning, StringComparison.Ordinal);
        Assert.Contains("orientation 3", tally.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_cut_off_decodes_in_MLNet_but_not_for_the_inspector()
    {
        byte[] whole = NoisyJpeg(64, 64);
        string path = Save("cut.jpg", whole[..(whole.Length / 2)]);

        using var image = MLImage.CreateFromFile(path);
        var inspection = new ImageInspector().InspectPixels(path);

        Assert.Equal(0, image.Pixels[^1]); // transparent: the trap that the inspector is there for
        Assert.Contains("cut off", inspection.Problem, StringComparison.Ordinal);
        Assert.True(new ImageInspector().InspectHeader(path).IsUsable);
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        var inspector = new ImageInspector();
        byte[] damaged = Png(64, 64);
        damaged[60] ^= 0x55;

        Assert.Contains("not an image", inspector.InspectPixels(Save("text.jpg", "hello, world"u8.ToArray())).Problem, StringComparison.Ordinal);
        Assert.Contains("empty", inspector.InspectPixels(Save("empty.png", [])).Problem, StringComparison.Ordinal);
        Assert.Contains("damaged", inspector.InspectPixels(Save("damaged.png", damaged)).Problem, StringComparison.Ordinal);
        Assert.Contains("cannot be read", inspector.InspectPixels(Path.Combine(_folder, "missing.png")).Problem, StringComparison.Ordinal);
        Assert.False(inspector.InspectPixels(_folder).IsUsable);
    }

    [Fact]
    public void A_header_of_absurd_size_is_refused_before_anything_is_allocated()
    {
        string path = Save("bomb.png", PngHeaderOf(65535, 65535));
        long before = GC.GetTotalAllocatedBytes();

        var inspection = new ImageInspector().InspectPixels(path);

        Assert.Contains("65535x65535", inspection.Problem, StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 1 << 20);
        Assert.False(new ImageInspector(maximumPixels: 127).InspectPixels(Save("small.png", Png())).IsUsable);
        Assert.True(new ImageInspector(maximumPixels: 128).InspectPixels(Save("small.png", Png())).IsUsable);
    }

    [Theory]
    [InlineData(MLPixelFormat.Bgra32)]
    [InlineData(MLPixelFormat.Rgba32)]
    public void Pixels_survive_the_way_to_an_MLImage_and_back(MLPixelFormat format)
    {
        var rgb = new byte[5 * 3 * 3];
        new Random(1).NextBytes(rgb);
        var four = new byte[5 * 3 * 4];
        for (int i = 0; i < 15; i++)
        {
            var (red, blue) = format == MLPixelFormat.Rgba32 ? (0, 2) : (2, 0);
            four[(4 * i) + red] = rgb[3 * i];
            four[(4 * i) + 1] = rgb[(3 * i) + 1];
            four[(4 * i) + blue] = rgb[(3 * i) + 2];
            four[(4 * i) + 3] = 255;
        }
        using var given = MLImage.CreateFromPixels(5, 3, format, four);
        var packed = new byte[MLImagePixels.PackedLength(given)];
        MLImagePixels.CopyTo(given, packed);
        Assert.Equal(rgb, packed);

        using var made = MLImagePixels.Create(new RgbImage(packed, 5, 3), tag: "a.png");
        Array.Clear(packed);
        MLImagePixels.CopyTo(made, packed);
        Assert.Equal(rgb, packed);
        Assert.Equal("a.png", made.Tag);
        Assert.Throws<ArgumentException>(() => MLImagePixels.CopyTo(made, new byte[44]));
    }

    private string Save(string name, byte[] content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
