using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>A run of a second, made once for all tests.</summary>
public sealed class TinyRun : IAsyncLifetime
{
    public const int PerClass = 8, Features = 64;
    public const string Backbone = "resnet10-compact-w0.125";

    private readonly ImageFolder _images = new(classes: 2, PerClass, width: 20, height: 20);

    public string Folder { get; } = Directory.CreateTempSubdirectory("contrastive-tool-").FullName;

    public string Images => _images.Path;

    public string Run => Path.Combine(Folder, "run");

    public async ValueTask InitializeAsync()
    {
        (int code, _, string error) = await ToolRun.Of("pretrain", "--dataset", Images, "--backbone", Backbone, "--image-size", "16", "--batch-size", "8", "--epochs", "2", "--device", "cpu", "--output", Run);
        Assert.True(code == ExitCode.Success, error);
    }

    public ValueTask DisposeAsync()
    {
        _images.Dispose();
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>The verbs <c>embed</c> and <c>export</c>.</summary>
public sealed class EmbedExportTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public async Task A_table_has_a_row_an_image_and_every_way_to_the_encoder_gives_the_same()
    {
        float[][] onnx = await Csv("onnx.csv", "--encoder", run.Run);
        Assert.Equal(2 * TinyRun.PerClass, onnx.Length);
        Assert.All(onnx, row => Assert.Equal(TinyRun.Features, row.Length));
        Assert.True(onnx.Select(row => row[0]).Distinct().Count() > 1);
        Assert.Equal("filename,embedding_0,embedding_1", string.Join(',', File.ReadLines(In("onnx.csv")).First().Split(',')[..3]));
        Assert.Equal("class0/000.png", File.ReadLines(In("onnx.csv")).Skip(1).First().Split(',')[0]);

        Same(onnx, await Csv("checkpoint.csv", "--encoder", run.Run, "--checkpoint", "last"));
        (int code, string output, string error) = await ToolRun.Of("export", "--encoder", run.Run, "--output", In("weights.pth"), "--json");
        Assert.True(code == ExitCode.Success, error);
        Assert.Equal(TinyRun.Features, (int?)JsonNode.Parse(output)!["featureDimension"]);
        Same(onnx, await Csv("weights.csv", "--encoder", In("weights.pth"), "--backbone", TinyRun.Backbone, "--image-size", "16"));
    }

    [Fact]
    public async Task Nothing_is_kept_or_told_about_the_machine()
    {
        string home = Directory.CreateDirectory(In("home")).FullName;
        using var process = new ToolProcess(
            new Dictionary<string, string> { ["HOME"] = home, ["XDG_CACHE_HOME"] = Path.Combine(home, ".cache") },
            "embed", "--encoder", run.Run, "--dataset", run.Images, "--output", In("silent.csv"));
        (int code, _, string error) = await process.End();
        Assert.True(code == ExitCode.Success, error);
        Assert.Empty(Directory.GetFiles(home, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task NumPy_reads_the_array()
    {
        float[][] expected = await Csv("expected.csv", "--encoder", run.Run);
        (int code, _, string error) = await ToolRun.Of("embed", "--encoder", run.Run, "--dataset", run.Images, "--output", In("array.npy"));
        Assert.True(code == ExitCode.Success, error);
        byte[] bytes = File.ReadAllBytes(In("array.npy"));
        int header = 10 + BitConverter.ToUInt16(bytes, 8);
        Assert.Equal(0, header % 64);
        Assert.StartsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (16, 64), }", Encoding.ASCII.GetString(bytes, 10, header - 10), StringComparison.Ordinal);
        Assert.Equal((byte)'\n', bytes[header - 1]);
        Assert.Equal(expected.SelectMany(row => row), MemoryMarshal.Cast<byte, float>(bytes.AsSpan(header)).ToArray());
        Assert.Equal(16, File.ReadAllLines(In("array.npy.filenames.txt")).Length);
    }

    [Fact]
    public async Task Parquet_has_a_list_of_floats_a_row()
    {
        float[][] expected = await Csv("same.csv", "--encoder", run.Run);
        (int code, _, string error) = await ToolRun.Of("embed", "--encoder", run.Run, "--dataset", run.Images, "--output", In("table.parquet"));
        Assert.True(code == ExitCode.Success, error);
        await using FileStream stream = File.OpenRead(In("table.parquet"));
        await using ParquetReader reader = await ParquetReader.CreateAsync(stream, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["filename", "embedding/list/element"], reader.Schema.GetDataFields().Select(field => field.Path.ToString()));
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        Assert.Equal(expected.Length, group.RowCount);
        float[] values = new float[expected.Length * TinyRun.Features];
        DataField element = reader.Schema.GetDataFields()[1];
        int[] definition = new int[values.Length], repetition = new int[values.Length];
        await group.ReadRawAsync<float>(element, values, definition, repetition, TestContext.Current.CancellationToken);
        Assert.All(definition, level => Assert.Equal(element.MaxDefinitionLevel, level));
        Assert.Equal(expected.Length, repetition.Count(level => level == 0));
        Assert.Equal(expected.SelectMany(row => row), values);
    }

    [Fact]
    public async Task Options_of_the_ONNX_file_are_taken()
    {
        (int code, string output, string error) = await ToolRun.Of("export", "--encoder", run.Run, "--output", In("raw.onnx"), "--raw-image", "--weights", "float16", "--output-name", "embedding", "--json");
        Assert.True(code == ExitCode.Success, error);
        JsonNode onnx = JsonNode.Parse(output)!["onnx"]!;
        Assert.Contains("height", (string?)onnx["inputs"]![0]!["shape"], StringComparison.Ordinal);
        Assert.Equal("embedding", (string?)onnx["outputs"]![0]!["name"]);
        Assert.True(new FileInfo(In("raw.onnx")).Length < 0.7 * new FileInfo(Path.Combine(run.Run, "exported_models", "encoder.onnx")).Length);
    }

    [Fact]
    public async Task An_existing_table_is_kept()
    {
        await Csv("kept.csv", "--encoder", run.Run);
        byte[] before = File.ReadAllBytes(In("kept.csv"));
        Assert.Contains("--overwrite", await ToolRun.Refusal(ExitCode.Usage, "embed", "--encoder", run.Run, "--dataset", run.Images, "--output", In("kept.csv")), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(In("kept.csv")));
    }

    [Theory]
    [InlineData("no '/nowhere'", "embed", "--encoder", "/nowhere")]
    [InlineData(".csv, .npy, .parquet", "embed", "--output", "/tmp/x.xlsx")]
    [InlineData("no file in a folder that exists", "embed", "--output", "/nowhere/x.csv")]
    [InlineData("There is no 'tset'. Did you mean 'test'", "embed", "--split", "tset")]
    [InlineData("--raw-image is for ONNX", "export", "--raw-image", "--output", "x.pth")]
    [InlineData("--names is for weights", "export", "--names", "timm", "--output", "x.onnx")]
    [InlineData("float32, float16, int8", "export", "--weights", "int4", "--output", "x.onnx")]
    [InlineData("last, best", "export", "--checkpoint", "first", "--output", "x.onnx")]
    public async Task A_mistake_is_told_in_one_line(string told, string verb, params string[] mistake)
    {
        string[][] usual = [["--encoder", run.Run], .. verb == "embed" ? new string[][] { ["--dataset", run.Images], ["--output", In("x.csv")] } : []];
        string error = await ToolRun.Refusal(ExitCode.Usage, [verb, .. usual.Where(option => !mistake.Contains(option[0])).SelectMany(option => option), .. mistake]);
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.False(File.Exists(In("x.csv")));
    }

    [Fact]
    public async Task A_file_that_is_no_encoder_is_refused_and_no_table_is_begun()
    {
        File.WriteAllText(In("text.onnx"), "this is no model");
        File.WriteAllText(In("text.safetensors"), "these are no weights");
        await ToolRun.Refusal(ExitCode.Failure, "embed", "--encoder", In("text.onnx"), "--dataset", run.Images, "--output", In("none.csv"));
        await ToolRun.Refusal(ExitCode.Failure, "embed", "--encoder", In("text.safetensors"), "--backbone", "resnet18", "--dataset", run.Images, "--output", In("none.csv"));
        Assert.Contains("--backbone", await ToolRun.Refusal(ExitCode.Usage, "embed", "--encoder", In("text.safetensors"), "--dataset", run.Images, "--output", In("none.csv")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(run.Folder, "none.csv*"));
    }

    private string In(string name) => Path.Combine(run.Folder, name);

    private async Task<float[][]> Csv(string name, params string[] encoder)
    {
        (int code, _, string error) = await ToolRun.Of(["embed", .. encoder, "--dataset", run.Images, "--output", In(name)]);
        Assert.True(code == ExitCode.Success, error);
        return [.. File.ReadLines(In(name)).Skip(1).Select(line => line.Split(',')[1..].Select(value => float.Parse(value, CultureInfo.InvariantCulture)).ToArray())];
    }

    private static void Same(float[][] expected, float[][] actual) =>
        Assert.True(expected.SelectMany(row => row).Zip(actual.SelectMany(row => row), (a, b) => Math.Abs(a - b)).Max() < 1e-4);
}
