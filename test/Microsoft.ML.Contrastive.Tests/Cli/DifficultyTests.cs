using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Contrastive.Weights;
using SkiaSharp;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The verb <c>difficulty</c>.</summary>
public sealed class DifficultyTests(TinyRun run) : IClassFixture<TinyRun>
{
    [Fact]
    public async Task Tables_and_plots_say_what_was_measured_and_the_same_again()
    {
        string folder = Path.Combine(run.Folder, "difficulty");
        string[] typed = ["difficulty", "--encoder", run.Run, "--dataset", run.Images, "--views", "rrc,joint", "--joint-crop", "0,1", "--images", "12", "--json", "--output", folder];
        (int code, string output, string error) = await ToolRun.Of(typed);
        Assert.True(code == ExitCode.Success, error);

        string[] views = File.ReadAllLines(Path.Combine(folder, "views.csv"));
        Assert.Equal("views,mean_cosine,standard_error,images", views[0]);
        Assert.Equal(["rrc", "joint", "joint(1)"], views[1..].Select(line => line.Split(',')[0]));
        JsonArray arms = JsonNode.Parse(output)!["arms"]!.AsArray();
        Assert.Equal(views[1..].Select(line => Number(line, 1)), arms.Select(arm => (double)arm!["meanCosine"]!), (a, b) => Math.Abs(a - b) < 1e-8);
        foreach (string name in (string[])["area-ratio", "beta"])
        {
            string[] curve = File.ReadAllLines(Path.Combine(folder, $"{name}.csv"));
            Assert.Equal(10, curve.Length);
            Assert.All(curve[1..], line => Assert.InRange(Number(line, 1), -1, 1));
        }

        // The point β = 0 of the curve is the arm of the same law, on the same images with the same random numbers.
        Assert.Equal(Number(views[2], 1), Number(File.ReadAllLines(Path.Combine(folder, "beta.csv")).Single(line => line.StartsWith("0,", StringComparison.Ordinal)), 1), 1e-6);
        foreach (string picture in (string[])["area-ratio", "beta", "law-area-ratio", "law-distance", "law-overlap", "pairs"])
        {
            using SKBitmap bitmap = SKBitmap.Decode(Path.Combine(folder, $"{picture}.png"));
            Assert.True(bitmap.Width > 200);
        }

        Assert.Contains("--overwrite", await ToolRun.Refusal(ExitCode.Usage, typed), StringComparison.Ordinal);
        (_, string again, _) = await ToolRun.Of([.. typed, "--overwrite"]);
        Assert.Equal(output, again);

        static double Number(string line, int field) => double.Parse(line.Split(',')[field], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Projections_are_measured_behind_the_head_of_the_runs_checkpoint()
    {
        string checkpoint = Path.Combine(run.Run, "checkpoints", "last");
        ContrastivePreset preset = RunConfiguration.OfRun(new RunFolder(run.Run), "--encoder").Read().Preset;
        using (ContrastiveEncoderTransformer encoder = CheckpointEncoder.Open(new MLContext(), checkpoint, preset))
        {
            using SafetensorsFile saved = SafetensorsFile.Open(Path.Combine(checkpoint, "state.safetensors"));
            using var scope = torch.NewDisposeScope();
            Dictionary<string, torch.Tensor> head = encoder.Network.Projector!.Layers.state_dict();
            Assert.NotEmpty(head);
            Assert.All(head, t => Assert.True(t.Value.bytes.SequenceEqual(saved.Read($"method.projector.{t.Key}").bytes), t.Key));
            Assert.All(encoder.Network.Backbone.state_dict(), t => Assert.True(t.Value.bytes.SequenceEqual(saved.Read($"method.encoder.{t.Key}").bytes), t.Key));
        }

        double[] features = await Means(run.Run), projections = await Means(run.Run, "--projector");
        Assert.Equal(projections, await Means(checkpoint, "--projector"));
        Assert.NotEqual(features[0], projections[0], 1e-4);

        async Task<double[]> Means(string encoder, params string[] more)
        {
            (int code, string output, string error) = await ToolRun.Of(
                ["difficulty", "--encoder", encoder, "--dataset", run.Images, "--views", "rrc", "--images", "12", "--json", "--overwrite", "--output", Path.Combine(run.Folder, "projections"), "--device", "cpu", .. more]);
            Assert.True(code == ExitCode.Success, error);
            Assert.Equal(more.Length > 0, (bool)JsonNode.Parse(output)!["projector"]!);
            return [.. JsonNode.Parse(output)!["arms"]!.AsArray().Select(arm => (double)arm!["meanCosine"]!)];
        }
    }

    [Fact]
    public async Task What_cannot_be_measured_is_refused_in_a_line_and_leaves_nothing()
    {
        string folder = Path.Combine(run.Folder, "refused");
        string[] typed = ["difficulty", "--dataset", run.Images, "--output", folder];
        Assert.Contains("--encoder", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--encoder", Path.Combine(run.Folder, "none.onnx")]), StringComparison.Ordinal);
        Assert.Contains("--joint-crop", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--encoder", run.Run, "--views", "rrc", "--joint-crop", "1"]), StringComparison.Ordinal);
        Assert.Contains("--images", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--encoder", run.Run, "--images", "1"]), StringComparison.Ordinal);
        Assert.Contains("no projection head", await ToolRun.Refusal(ExitCode.Usage, [.. typed, "--encoder", Path.Combine(run.Run, "exported_models", "encoder.onnx"), "--projector"]), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }
}
