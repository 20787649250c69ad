using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Encoders;

/// <summary>The projection head of pretraining: kept where asked for, and exported beside the features.</summary>
public sealed class ProjectorTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 12);
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;

    private string OnnxFile => Path.Combine(_folder, "encoder.onnx");

    private string Workspace => Path.Combine(_folder, "run");

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string> Methods => [.. ContrastiveMethod.Names];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_methods_head_is_that_of_the_run_and_leaves_with_the_encoder(string method)
    {
        using ContrastiveEncoderTransformer encoder = Fit(method, o => (o.Epochs, o.WorkspacePath) = (2, Workspace));
        AssertSaved(encoder.Network.Projector!, "last");

        foreach (OnnxExportOptions options in (OnnxExportOptions[])[new(), new() { FoldBatchNorm = false }, new() { RawImageInput = true, FixedBatch = 2, ProjectionName = "z" }])
        {
            OnnxExportResult result = encoder.ExportToOnnx(OnnxFile, options with { Projector = true });

            Assert.InRange(result.LargestDeviation, 0, 1e-4 * Math.Max(1, result.LargestFeature));
            string batch = options.FixedBatch?.ToString() ?? "batch";
            Assert.Equal([$"features Float [{batch}, 64]", $"{options.ProjectionName} Float [{batch}, {encoder.ProjectionDimension}]"], result.Outputs.Select(o => o.ToString()));
            using TrialImages images = TrialImages.Photographs(encoder.ImageSize, 2);
            float[] expected = encoder.Network.Project(images.Planes(), 2);
            Assert.True(expected.Chunk(expected.Length / 2).First().Distinct().Count() > 2);
            Assert.InRange(Run(images, options).Zip(expected, (a, e) => Math.Abs(a - e)).Max(), 0, 1e-4 * Math.Max(1, expected.Max(Math.Abs)));
        }
    }

    [Fact]
    public void Dinos_head_ends_at_its_bottleneck_of_unit_length()
    {
        using ContrastiveEncoderTransformer encoder = Fit("dino", o => o.Epochs = 2);
        Assert.Equal(16, encoder.ProjectionDimension);
        using TrialImages images = TrialImages.Photographs(encoder.ImageSize, 2);
        Assert.All(encoder.Network.Project(images.Planes(), 2).Chunk(16), row => Assert.Equal(1, Math.Sqrt(row.Sum(v => v * v)), 1e-5));
    }

    [Fact]
    public void A_finished_run_gives_its_head_without_training_again()
    {
        using (ContrastiveEncoderTransformer without = Fit("simclr", o => (o.KeepProjector, o.WorkspacePath) = (false, Workspace)))
            Assert.Null(without.ProjectionDimension);

        using ContrastiveEncoderTransformer encoder = Fit("simclr", o => (o.WorkspacePath, o.Resume, o.MetricsCallback) = (Workspace, true, _ => Assert.Fail("trained again")));

        AssertSaved(encoder.Network.Projector!, "last");
    }

    [Fact]
    public void A_cancelled_run_and_its_resumption_keep_the_head()
    {
        using var stop = new CancellationTokenSource();
        using (ContrastiveEncoderTransformer cancelled = Fit("byol", o => (o.WorkspacePath, o.CancellationToken, o.MetricsCallback) = (Workspace, stop.Token, m => CancelAfter(m.Epoch == 2, stop))))
            AssertSaved(cancelled.Network.Projector!, "last");
        using ContrastiveEncoderTransformer resumed = Fit("byol", o => (o.WorkspacePath, o.Resume) = (Workspace, true));
        AssertSaved(resumed.Network.Projector!, "last");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_head_is_that_of_the_best_epoch_where_the_encoder_is(bool workspace)
    {
        void Best(ContrastivePretrainTrainer.Options o) => (o.Epochs, o.RestoreBestWeights, o.BestEpochMetric) = (6, true, EpochMetric.EffectiveRank);
        using ContrastiveEncoderTransformer inWorkspace = Fit("simclr", o => { Best(o); o.WorkspacePath = Workspace; });
        using ContrastiveEncoderTransformer encoder = workspace ? inWorkspace : Fit("simclr", Best);
        Assert.InRange(encoder.TrainedEpochs!.Value, 1, 5);
        AssertSaved(encoder.Network.Projector!, "best");
    }

    [Fact]
    public void What_has_no_head_says_how_to_get_one()
    {
        var context = new MLContext(seed: 1);
        using ContrastiveEncoderTransformer random = ContrastiveEncoderTransformerTests.RandomEncoder(context), trained = Fit("simclr", o => o.Epochs = 1);
        var wanted = new OnnxExportOptions { Projector = true };
        Refused(() => random.ExportToOnnx(Stream.Null, wanted), "KeepProjector");
        Refused(() => trained.ExportToOnnx(Stream.Null, wanted with { FeatureMap = true }), "FeatureMap");
        Refused(() => trained.ExportToOnnx(Stream.Null, wanted with { ProjectionName = "features" }), "ProjectionName");

        var pipeline = context.Transforms.LoadImages("Image", null, "ImagePath").Append(trained.AsEstimator()).Append(context.Transforms.Conversion.MapValueToKey("Label"))
            .AppendCacheCheckpoint(context).Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy());
        ITransformer model = pipeline.Fit(_images.Rows(context));
        Refused(() => context.Contrastive().ExportClassifierToOnnx(model, Stream.Null, wanted), "classifier");

        static void Refused(Action export, string named) => Assert.Contains(named, Assert.Throws<ArgumentException>(export).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_heads_weights_count_towards_the_size_that_a_file_may_have()
    {
        using BackboneModule backbone = Backbone.Parse("resnet10-cifar-w0.125").Create();
        using var head = new ProjectionHead(torch.nn.Linear(64, 1000));
        var options = new OnnxModelOptions("image", "features", 16, 16)
        {
            Head = new OnnxHead([new("projection", Onnx.TensorProto.Types.DataType.Float, 1000)], (graph, features) => [head.WriteOnnx(graph, features)]) { Tensors = head.Tensors },
        };
        long encoder = backbone.state_dict().Values.Sum(t => t.NumberOfElements * sizeof(float)), all = encoder + (65 * 1000 * sizeof(float));
        OnnxModel.Write(backbone, options with { LargestFile = all });
        Assert.Throws<InvalidOperationException>(() => OnnxModel.Write(backbone, options with { LargestFile = all - 1 }));
    }

    [Fact]
    public void A_layer_that_cannot_be_written_is_named()
    {
        using var head = new ProjectionHead(torch.nn.Sequential(("0", torch.nn.Linear(4, 4)), ("1", torch.nn.Tanh())));
        var graph = new OnnxGraphWriter(1, 1, OnnxWeightType.Float32, foldBatchNorm: true);
        Assert.Contains("Tanh", Assert.Throws<NotSupportedException>(() => head.WriteOnnx(graph, "x")).Message, StringComparison.Ordinal);
    }

    /// <summary>The head's tensors are in a checkpoint of the workspace, all behind one name, value by value.</summary>
    private void AssertSaved(ProjectionHead head, string checkpoint)
    {
        using var scope = torch.NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Workspace, "checkpoints", checkpoint, "state.safetensors"));
        string[] prefixes = ["method.projector.", "method.expander.", "method.query.projector.", "method.base.projector.", "method.online.projector.", "method.teacher.projector.mlp."];
        string prefix = Assert.Single(prefixes, p => file.Entries.Keys.Any(k => k.StartsWith(p, StringComparison.Ordinal)));
        Dictionary<string, torch.Tensor> tensors = head.Layers.state_dict();
        Assert.Equal(tensors.Count, file.Entries.Keys.Count(k => k.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.All(tensors, t => Assert.True(t.Value.bytes.SequenceEqual(file.Read(prefix + t.Key).bytes), t.Key));
    }

    private ContrastiveEncoderTransformer Fit(string method, Action<ContrastivePretrainTrainer.Options> configure)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options(method, null);
        options.KeepProjector = true;
        configure(options);
        if (options.Epochs == 1)
            options.LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0 };
        return TinyPretraining.Fit(_images.Path, options);
    }

    private float[] Run(TrialImages images, OnnxExportOptions options)
    {
        using var session = new InferenceSession(OnnxFile);
        using var outputs = session.Run(
        [
            options.RawImageInput
                ? NamedOnnxValue.CreateFromTensor("image", new DenseTensor<byte>(images.Pixels, [2, images.Size.Height, images.Size.Width, 3]))
                : NamedOnnxValue.CreateFromTensor("image", new DenseTensor<float>(images.Planes(), [2, 3, images.Size.Height, images.Size.Width])),
        ]);
        return [.. outputs.Single(o => o.Name == options.ProjectionName).AsTensor<float>()];
    }

    private static void CancelAfter(bool now, CancellationTokenSource stop)
    {
        if (now)
            stop.Cancel();
    }
}
