using Microsoft.ML.Contrastive.Cli.Verbs;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The verb <c>preview</c>.</summary>
public sealed class PreviewTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 4);
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-preview-").FullName;

    private string Sheet => Path.Combine(_folder, "sheet.png");

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_sheet_has_a_group_for_each_kind_of_views_and_is_the_same_again()
    {
        string[] typed = ["preview", "--dataset", _images.Path, "--image-size", "32", "--rows", "2", "--output", Sheet];
        (int code, string output, string error) = await ToolRun.Of(typed);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("rrc, joint", output, StringComparison.Ordinal);
        byte[] two = File.ReadAllBytes(Sheet);
        using SKBitmap small = SKBitmap.Decode(two);

        (code, _, error) = await ToolRun.Of([.. typed, "--overwrite"]);
        Assert.True(code == ExitCode.Success, error);
        Assert.Equal(two, File.ReadAllBytes(Sheet));

        (code, output, error) = await ToolRun.Of([.. typed, "--overwrite", "--views", "joint,marginal", "--joint-crop", "-1,0,1"]);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("joint(-1), joint, joint(1), marginal", output, StringComparison.Ordinal);
        using SKBitmap large = SKBitmap.Decode(Sheet);
        Assert.True(large.Height > small.Height);
    }

    [Fact]
    public async Task An_image_that_cannot_be_decoded_is_left_out_by_name()
    {
        string corrupt = _images.AddCorrupt("class0/0.png");
        (int code, _, string error) = await ToolRun.Of("preview", "--dataset", _images.Path, "--image-size", "32", "--rows", "2", "--output", Sheet);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains($"Left out: '{corrupt}' is not an image", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

        foreach (string file in _images.Files)
            File.WriteAllText(file, "no image");
        error = (await ToolRun.Of("preview", "--dataset", _images.Path, "--output", Sheet, "--overwrite")).Error;
        Assert.Contains("None of the 9 images", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_drawn_is_refused_in_a_line()
    {
        string[] typed = ["preview", "--dataset", _images.Path];
        Assert.Contains(".png", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--output", Sheet + ".jpg"]), StringComparison.Ordinal);
        Assert.Contains("simclr/stl10", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--output", Sheet, "--preset", "simclr/stl11"]), StringComparison.Ordinal);
        Assert.Contains("--joint-crop", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--output", Sheet, "--views", "rrc", "--joint-crop", "1"]), StringComparison.Ordinal);
        Assert.Contains("There is no file or folder", await ToolRun.Refusal(ExitCode.Failure, "preview", "--dataset", Path.Combine(_folder, "none"), "--output", Sheet), StringComparison.Ordinal);
        Assert.Contains("no file in a folder that exists", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--output", Path.Combine(_folder, "none", "sheet.png")]), StringComparison.Ordinal);
        File.WriteAllText(Sheet, "mine");
        Assert.Contains("--overwrite", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--output", Sheet]), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Sheet));
    }
}
