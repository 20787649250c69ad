using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli.Report;

/// <summary>The page of a run, read as a browser reads it.</summary>
public sealed class ReportTests : IDisposable
{
    private const string HostileClass = "<script>alert('x')<img src=x onerror=alert(1)>", HostileFile = "a&\"><b onclick=1>.png";

    private static readonly string[] OfImages = ["evaluation", "confusion", "map", "neighbours", "pairs"];

    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-report-").FullName;
    private readonly ImageFolder _images = new(classes: 2, perClass: 12, width: 24, height: 20);

    private string Output => Path.Combine(_folder, "run");

    private string Page => Path.Combine(Output, "report.html");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _images.Dispose();
    }

    [Fact]
    public async Task A_run_ends_with_a_page_that_loads_nothing_and_runs_nothing_of_the_data()
    {
        Directory.Move(Path.Combine(_images.Path, "class1"), Path.Combine(_images.Path, HostileClass));
        File.Move(Path.Combine(_images.Path, HostileClass, "003.png"), Path.Combine(_images.Path, HostileClass, HostileFile));
        string output = await Pretrain("--joint-crop", "0");
        Assert.Contains($"wrote {Page}", output, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(Page).Length, 10_000, 5_000_000);
        IDocument page = Read();

        // Every section is there and has something in it.
        string[] sections = [.. page.QuerySelectorAll("section").Select(section => section.Id!)];
        Assert.Equal(["run", "curves", .. OfImages, "law", "throughput"], sections);
        Assert.Empty(page.QuerySelectorAll("section > p.missing"));
        Assert.Equal("completed", page.QuerySelector(".status")!.TextContent);
        Assert.Equal(["Pixels", "The same network, untrained", "This encoder"], page.QuerySelectorAll("#evaluation tbody th").Select(row => row.TextContent));
        Assert.Equal(24, page.QuerySelectorAll(".map i").Length);
        Assert.All(["#curves svg", "#law svg", "#throughput svg", "#neighbours .n", "#pairs img"], selector => Assert.NotEmpty(page.QuerySelectorAll(selector)));
        Assert.Contains(page.QuerySelectorAll("#run td").Select(cell => cell.TextContent), text => text.Contains("crops with β = 0", StringComparison.Ordinal));
        Assert.Equal(8, page.QuerySelectorAll("#confusion tbody td:not(.recall)").Sum(cell => int.TryParse(cell.TextContent, out int count) ? count : 0));

        // Names are text, wherever they stand.
        Assert.Contains(HostileClass, page.QuerySelectorAll("#confusion thead th").Select(name => name.TextContent));
        Assert.Contains(page.QuerySelectorAll(".map i"), point => point.GetAttribute("title") == $"{HostileClass}: {HostileClass}/{HostileFile}");
        Assert.Contains(page.QuerySelectorAll(".legend li"), item => item.TextContent.Contains(HostileClass, StringComparison.Ordinal));
        IElement script = Assert.Single(page.QuerySelectorAll("script"));
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script.TextContent)))}'", page.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content"), StringComparison.Ordinal);
        Assert.DoesNotContain(page.All.SelectMany(element => element.Attributes), attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase));

        // What a page can load, it has within it.
        string[] loaded = [.. page.All.SelectMany(element => element.Attributes).Where(attribute => attribute.Name is "src" or "href" or "srcset" or "data" or "poster").Select(attribute => attribute.Value)];
        Assert.All(loaded, address => Assert.Matches("^(data:|#)", address));
        string styles = string.Concat(page.QuerySelectorAll("style").Select(style => style.TextContent)) + string.Concat(page.All.Select(element => element.GetAttribute("style")));
        Assert.All(Regex.Matches(styles, @"url\(.{5}"), address => Assert.Equal("url(data:", address.Value));
        Assert.DoesNotContain("@import", styles, StringComparison.Ordinal);

        string[] names = [.. page.All.Select(element => element.Id).Where(id => !string.IsNullOrEmpty(id))!];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public async Task Images_without_labels_are_mapped_and_not_judged()
    {
        foreach (string file in _images.Files)
            File.Move(file, Path.Combine(_images.Path, Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file)));
        foreach (string classFolder in Directory.GetDirectories(_images.Path))
            Directory.Delete(classFolder);
        await Pretrain();
        IDocument page = Read();
        foreach (string id in OfImages)
            Assert.Equal(id is "evaluation" or "confusion", page.QuerySelector($"#{id} > p.missing") is not null);
        Assert.Contains("no labels", page.QuerySelector("#evaluation > p.missing")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll(".legend"));
        Assert.Equal(24, page.QuerySelectorAll(".map i").Length);
    }

    [Fact]
    public async Task It_can_be_written_again_also_without_the_images_or_an_encoder()
    {
        await Pretrain("--no-report");
        Assert.False(File.Exists(Page));
        string elsewhere = _images.Path + "-elsewhere";
        Directory.Move(_images.Path, elsewhere);
        try
        {
            (int code, string output, string error) = await ToolRun.Of("report", Output, "--device", "cpu");
            Assert.True(code == ExitCode.Success, error);
            Assert.Contains("not there any more", error, StringComparison.Ordinal);
            Assert.Contains(Page, output, StringComparison.Ordinal);
            IDocument page = Read();
            Assert.Equal(["run", "curves", "images", "law", "throughput"], page.QuerySelectorAll("section").Select(section => section.Id));
            Assert.Contains("--dataset", page.QuerySelector("#images > p.missing")!.TextContent, StringComparison.Ordinal);

            // A checkpoint is an encoder, too.
            Directory.Delete(Path.Combine(Output, "exported_models"), recursive: true);
            (code, _, error) = await ToolRun.Of("report", Output, "--dataset", elsewhere, "--device", "cpu");
            Assert.True(code == ExitCode.Success, error);
            Assert.Empty(Read().QuerySelectorAll("section > p.missing"));

            // The images alone are something.
            Directory.Delete(Path.Combine(Output, "checkpoints"), recursive: true);
            (code, _, error) = await ToolRun.Of("report", Output, "--dataset", elsewhere, "--device", "cpu");
            Assert.True(code == ExitCode.Success, error);
            page = Read();
            foreach (string id in OfImages)
                Assert.Equal(id != "pairs", page.QuerySelector($"#{id} > p.missing") is not null);
            Assert.Contains("no encoder yet", page.QuerySelector("#map > p.missing")!.TextContent, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Move(elsewhere, _images.Path);
        }
    }

    [Fact]
    public async Task What_cannot_be_written_leaves_the_old_page()
    {
        await Pretrain("--no-report");
        Assert.Contains("folder of no run", await ToolRun.Refusal(ExitCode.Usage, "report", _folder), StringComparison.Ordinal);
        File.WriteAllText(Page, "old");
        string record = Path.Combine(Output, "run.json");
        string whole = File.ReadAllText(record);
        File.WriteAllText(record, whole[..(whole.Length / 2)]);
        Assert.Contains("run.json' is damaged", await ToolRun.Refusal(ExitCode.Failure, "report", Output), StringComparison.Ordinal);
        File.WriteAllText(record, whole);
        Directory.CreateDirectory(Page + ".new");
        (int code, _, string error) = await ToolRun.Of("report", Output, "--device", "cpu");
        Assert.True(code == ExitCode.Failure, error);
        Assert.Equal("old", File.ReadAllText(Page));
        Assert.Contains("there is no layout 'nothing'", (await ToolRun.Of("report", Output, "--dataset-format", "nothing")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_fails_does_not_fail_the_run()
    {
        Directory.CreateDirectory(Path.Combine(Output, "report.html", "in-the-way"));
        (int code, string output, string error) = await ToolRun.Of([.. Arguments, "--overwrite"]);
        Assert.True(code == ExitCode.Success, error);
        Assert.Contains("The report was not written", error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrote " + Page, output, StringComparison.Ordinal);
        Assert.False(File.Exists(Page + ".new"));
    }

    private string[] Arguments => ["pretrain", "--dataset", _images.Path, "--backbone", "resnet10-compact-w0.125", "--image-size", "16", "--batch-size", "8", "--epochs", "2", "--device", "cpu", "--output", Output];

    private async Task<string> Pretrain(params string[] options)
    {
        (int code, string output, string error) = await ToolRun.Of([.. Arguments, .. options]);
        Assert.True(code == ExitCode.Success, error);
        return output;
    }

    private IDocument Read() => new HtmlParser().ParseDocument(File.ReadAllText(Page));
}
