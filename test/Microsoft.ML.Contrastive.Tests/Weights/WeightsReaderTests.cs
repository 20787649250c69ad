using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Contrastive.Weights.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Weights;

public sealed class WeightsReaderTests : IDisposable
{
    private const string Tiny = "resnet10-cifar-w0.125", TinyBottleneck = "resnet50-w0.0625", TinyVision = "vit-tiny-16-32px";

    private readonly string _path = Path.GetTempFileName();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_path);
    }

    /// <summary>Names as the originals' code gives them, and what stands beside them there.</summary>
    public static TheoryData<WeightFormat, string, Func<string, string>, string[]> Formats() => new()
    {
        { WeightFormat.Torchvision, TinyBottleneck, n => n, ["fc.weight", "fc.bias"] },
        { WeightFormat.Torchvision, Tiny, n => "module." + n, ["module.fc.weight"] },
        { WeightFormat.Timm, TinyVision, n => n, ["head.weight", "head.bias"] },
        { WeightFormat.MoCo, Tiny, n => "state_dict.module.encoder_q." + n, ["state_dict.module.encoder_k.conv1.weight", "state_dict.module.encoder_q.fc.0.weight", "state_dict.module.queue", "optimizer.state.0.momentum_buffer"] },
        { WeightFormat.MoCoV3, Tiny, n => "state_dict.module.base_encoder." + n, ["state_dict.module.momentum_encoder.conv1.weight", "state_dict.module.base_encoder.fc.0.weight", "state_dict.module.predictor.0.weight"] },
        { WeightFormat.MoCoV3, TinyVision, n => "state_dict.module.momentum_encoder." + n, ["state_dict.module.momentum_encoder.head.0.weight"] },
        { WeightFormat.SimSiam, Tiny, n => "state_dict.module.encoder." + n, ["state_dict.module.encoder.fc.0.weight", "state_dict.module.predictor.0.weight"] },
        { WeightFormat.Dino, TinyVision, n => "teacher.backbone." + n, ["teacher.head.mlp.0.weight", "dino_loss.center"] },
        { WeightFormat.Dino, Tiny, n => "student.module.backbone." + n, ["student.module.head.mlp.0.weight"] },
        { WeightFormat.SoloLearn, Tiny, n => "state_dict.backbone." + n, ["state_dict.projector.0.weight", "state_dict.momentum_backbone.conv1.weight"] },
        { WeightFormat.SoloLearn, TinyVision, n => "state_dict.encoder." + n, ["state_dict.classifier.weight"] },
        { WeightFormat.Lightly, Tiny, n => "state_dict.backbone." + Numbered(n, 4), ["state_dict.projection_head.layers.0.weight"] },
        { WeightFormat.Lightly, Tiny, n => "backbone." + Numbered(n, 2).Replace("downsample", "shortcut", StringComparison.Ordinal), [] },
        { WeightFormat.Detectron2C4, TinyBottleneck, n => "model." + C4(n), ["model.roi_heads.box_predictor.cls_score.weight", "model.proposal_generator.rpn_head.conv.weight", "model.pixel_mean"] },
        { WeightFormat.Detectron2Fpn, TinyBottleneck, n => "backbone.bottom_up." + Detectron2(n), ["backbone.fpn_lateral2.weight"] },
        { WeightFormat.Detectron2Fpn, TinyBottleneck, Detectron2, [] },
        { WeightFormat.Checkpoint, Tiny, n => "method.query.encoder." + n, ["method.key.encoder.conv1.weight", "optimizer.momentum"] },
    };

    [Theory]
    [MemberData(nameof(Formats), DisableDiscoveryEnumeration = true)]
    public void Every_formats_names_are_recognised_and_the_whole_network_read(WeightFormat format, string backbone, Func<string, string> nameOf, string[] beside)
    {
        using BackboneModule trained = Backbone.Parse(backbone).Create(), read = Backbone.Parse(backbone).Create();
        Write(trained.state_dict().Select(t => (nameOf(t.Key), t.Value)).Concat(beside.Select(n => (n, ones(3)))));
        WeightsReport report = WeightsReader.Read(_path, read, format: null, allowPartial: false);
        Assert.Equal(format, report.Format);
        Assert.Equal(trained.state_dict().Count, report.Matched.Count);
        AssertSame(trained, read);

        // Asked for by name, it is the same; as another it is not there.
        Assert.Equal(format, WeightsReader.Read(_path, read, format, allowPartial: false).Format);
        WeightFormat other = format == WeightFormat.SimSiam ? WeightFormat.Dino : WeightFormat.SimSiam;
        Assert.Throws<InvalidDataException>(() => WeightsReader.Read(_path, read, other, allowPartial: true));
    }

    [Fact]
    public void Without_counters_of_batches_and_in_half_precision_weights_are_whole()
    {
        using BackboneModule trained = Backbone.Parse(Tiny).Create(), read = Backbone.Parse(Tiny).Create();
        Write(trained.state_dict().Where(t => !t.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Select(t => (t.Key, t.Value.to(ScalarType.Float16))));
        Assert.True(WeightsReader.Read(_path, read, null, allowPartial: false).IsComplete);
        Assert.Equal(trained.state_dict()["conv1.weight"].to(ScalarType.Float16).to(ScalarType.Float32).data<float>().ToArray(), read.state_dict()["conv1.weight"].data<float>().ToArray());
    }

    [Fact]
    public void A_part_is_read_only_where_that_is_asked_for_and_the_report_names_every_difference()
    {
        using BackboneModule trained = Backbone.Parse(Tiny).Create(), read = Backbone.Parse(Tiny).Create();
        Dictionary<string, Tensor> tensors = trained.state_dict();
        tensors.Remove("bn1.weight");
        tensors["conv1.weight"] = ones(8, 3, 7, 7);
        tensors["layer5.0.conv1.weight"] = ones(1);
        Write(tensors.Select(t => (t.Key, t.Value)));

        var thrown = Assert.Throws<InvalidDataException>(() => WeightsReader.Read(_path, read, null, allowPartial: false));
        Assert.Contains("AllowPartial", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("1 missing (bn1.weight), 1 unexpected (layer5.0.conv1.weight), 1 wrongly shaped (conv1.weight: [8, 3, 7, 7] instead of [8, 3, 3, 3])", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("mind the stem", thrown.Message, StringComparison.Ordinal);

        float[] fresh = read.state_dict()["conv1.weight"].data<float>().ToArray();
        WeightsReport report = WeightsReader.Read(_path, read, null, allowPartial: true);
        Assert.False(report.IsComplete);
        Assert.Equal(["bn1.weight"], report.Missing);
        Assert.Equal(["layer5.0.conv1.weight"], report.Unexpected);
        Assert.Equal(["conv1.weight"], report.WronglyShaped.Select(w => w.Name));
        Assert.Equal(fresh, read.state_dict()["conv1.weight"].data<float>().ToArray());
        Assert.Equal(trained.state_dict()["layer1.0.conv1.weight"].data<float>().ToArray(), read.state_dict()["layer1.0.conv1.weight"].data<float>().ToArray());
    }

    /// <summary>Every tensor of the shallower network is in the deeper one's file, in the right shape.</summary>
    [Fact]
    public void A_deeper_networks_weights_are_not_taken_for_a_shallower_ones()
    {
        using BackboneModule deep = Backbone.Parse("resnet18-cifar-w0.125").Create(), shallow = Backbone.Parse(Tiny).Create();
        Write(deep.state_dict().Select(t => (t.Key, t.Value)));
        var thrown = Assert.Throws<InvalidDataException>(() => WeightsReader.Read(_path, shallow, null, allowPartial: false));
        Assert.Contains("unexpected (layer1.1.conv1.weight", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Position_embeddings_for_other_images_are_refused_with_what_to_do()
    {
        using BackboneModule trained = Backbone.Parse("vit-tiny-16-64px").Create(), read = Backbone.Parse(TinyVision).Create();
        Write(trained.state_dict().Select(t => (t.Key, t.Value)));
        var thrown = Assert.Throws<InvalidDataException>(() => WeightsReader.Read(_path, read, null, allowPartial: false));
        Assert.Contains("4 patches a side", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_fits_the_message_says_what_was_tried_and_how_the_file_names_its_tensors()
    {
        using BackboneModule read = Backbone.Parse(Tiny).Create();
        Write([("layer_one.kernel", ones(2)), ("layer_two.kernel", ones(2))]);
        var thrown = Assert.Throws<InvalidDataException>(() => WeightsReader.Read(_path, read, null, allowPartial: true));
        Assert.Contains("Tried Torchvision, Timm, MoCo, MoCoV3, SimSiam, Dino, SoloLearn, Lightly, Detectron2C4, Detectron2Fpn, Checkpoint", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("layer_one.kernel, layer_two.kernel", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Quantised_weights_are_refused()
    {
        using BackboneModule trained = Backbone.Parse(Tiny).Create();
        Write(trained.state_dict().Select(t => (t.Key, t.Value.to(ScalarType.Int8))));
        Assert.Contains("Quantised", Assert.Throws<InvalidDataException>(() => WeightsReader.Read(_path, trained, null, allowPartial: false)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TinyBottleneck, WeightFormat.Torchvision, "conv1.weight", "bn1.running_mean", "layer2.0.downsample.1.weight", "layer4.2.bn3.num_batches_tracked")]
    [InlineData(TinyBottleneck, WeightFormat.Timm, "conv1.weight", "layer2.0.downsample.1.weight")]
    [InlineData(TinyBottleneck, WeightFormat.Detectron2C4, "backbone.stem.conv1.weight", "backbone.stem.conv1.norm.running_mean", "backbone.res2.0.shortcut.weight", "backbone.res4.5.conv3.norm.bias", "roi_heads.res5.0.shortcut.norm.weight")]
    [InlineData(TinyBottleneck, WeightFormat.Detectron2Fpn, "backbone.bottom_up.stem.conv1.norm.bias", "backbone.bottom_up.res2.2.conv3.weight", "backbone.bottom_up.res5.0.shortcut.norm.weight")]
    [InlineData(TinyVision, WeightFormat.Timm, "cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.11.attn.qkv.bias", "blocks.0.mlp.fc1.weight", "norm.bias")]
    public void What_is_written_has_the_formats_names_and_is_read_back(string backbone, WeightFormat format, params string[] names)
    {
        using BackboneModule trained = Backbone.Parse(backbone).Create(), read = Backbone.Parse(backbone).Create();
        foreach (string extension in new[] { ".pth", ".PT", ".safetensors" })
        {
            string path = _path + extension;
            try
            {
                WeightsWriter.Write(path, trained, format);
                using (TensorFile file = TensorFile.Open(path))
                    Assert.Empty(names.Except(file.Tensors.Select(t => t.Name)));
                Assert.True(WeightsReader.Read(path, read, format, allowPartial: false).IsComplete);
                AssertSame(trained, read);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    [Fact]
    public void What_cannot_be_written_is_refused_before_a_file_appears()
    {
        using BackboneModule network = Backbone.Parse(TinyVision).Create();
        string path = _path + ".h5", other = _path + ".pth";
        Assert.Contains(".safetensors, .pth, .pt", Assert.Throws<ArgumentException>(() => WeightsWriter.Write(path, network, null)).Message, StringComparison.Ordinal);
        Assert.Contains("can be written as Timm", Assert.Throws<ArgumentOutOfRangeException>(() => WeightsWriter.Write(other, network, WeightFormat.Detectron2C4)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path) || File.Exists(other));
    }

    /// <summary>A ResNet in a Sequential: its children by number, the stages from one on.</summary>
    private static string Numbered(string name, int firstStage)
    {
        string[] parts = name.Split('.');
        parts[0] = parts[0] switch { "conv1" => "0", "bn1" => "1", var stage => $"{firstStage + stage[^1] - '1'}" };
        return string.Join('.', parts);
    }

    /// <summary>What MoCo's conversion script does.</summary>
    private static string Detectron2(string name)
    {
        string renamed = name.StartsWith("layer", StringComparison.Ordinal) ? $"res{name[5] - '0' + 1}{name[6..]}" : "stem." + name;
        for (int i = 1; i <= 3; i++)
            renamed = renamed.Replace($"bn{i}", $"conv{i}.norm", StringComparison.Ordinal);
        return renamed.Replace("downsample.0", "shortcut", StringComparison.Ordinal).Replace("downsample.1", "shortcut.norm", StringComparison.Ordinal);
    }

    private static string C4(string name) => name.StartsWith("layer4", StringComparison.Ordinal) ? "roi_heads." + Detectron2(name) : "backbone." + Detectron2(name);

    private void Write(IEnumerable<(string, Tensor)> tensors)
    {
        using FileStream stream = File.Create(_path);
        PyTorchWriter.Write(stream, [.. tensors]);
    }

    private static void AssertSame(BackboneModule expected, BackboneModule actual)
    {
        Dictionary<string, Tensor> values = actual.state_dict();
        foreach ((string name, Tensor tensor) in expected.state_dict())
            Assert.Equal(tensor.contiguous().bytes.ToArray(), values[name].contiguous().bytes.ToArray());
    }
}
