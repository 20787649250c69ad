using SkiaSharp;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests.Samples;

public sealed class ImageSearchTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 3, perClass: 6, width: 45, height: 30);
    private readonly string _encoder;

    public ImageSearchTests() => _encoder = new EncoderFile().Write(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_nearest_image_of_an_image_is_itself_and_cosines_fall()
    {
        string query = _folder.Files[7];
        string[][] lines = SampleProgram.Run("NearestImages", _encoder, _folder.Path, query, "4");
        Assert.Equal(4, lines.Length);
        Assert.Equal(["1.0000", query], lines[0]);
        Assert.Equal(lines.Select(l => l[0]).OrderDescending(StringComparer.Ordinal), lines.Select(l => l[0]));
    }

    [Fact]
    public void A_copy_in_another_format_is_the_first_of_the_near_duplicates()
    {
        string original = _folder.Files[4], copy = Path.Combine(_folder.Path, "zz-copy.jpg");
        using (SKBitmap bitmap = SKBitmap.Decode(original))
        using (SKData jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 95))
            File.WriteAllBytes(copy, jpeg.ToArray());
        string[][] lines = SampleProgram.Run("NearDuplicates", _encoder, _folder.Path);
        Assert.Equal([original, copy], lines[0][1..]);
        Assert.All(lines, line => Assert.True(float.Parse(line[0], System.Globalization.CultureInfo.InvariantCulture) >= 0.99f));
        Assert.Empty(SampleProgram.Run("NearDuplicates", _encoder, _folder.Path, "1.01"));
    }

    [Fact]
    public void A_blank_page_is_the_first_of_the_outliers()
    {
        string blank = Path.Combine(_folder.Path, "class1", "blank.png");
        using (var bitmap = new SKBitmap(40, 40))
        {
            bitmap.Erase(SKColors.White);
            using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(blank, png.ToArray());
        }

        string[][] lines = SampleProgram.Run("Outliers", _encoder, _folder.Path, "3", "2");
        Assert.Equal(3, lines.Length);
        Assert.Equal(blank, lines[0][1]);
    }

    [Theory]
    [InlineData("NearestImages")]
    [InlineData("NearDuplicates")]
    [InlineData("Outliers")]
    public void Wrong_usage_is_told(string sample)
    {
        (int exitCode, _, string errors) = SampleProgram.Execute(SampleProgram.PathOf(sample));
        Assert.Equal(2, exitCode);
        Assert.StartsWith($"usage: {sample}", errors, StringComparison.Ordinal);
    }
}
