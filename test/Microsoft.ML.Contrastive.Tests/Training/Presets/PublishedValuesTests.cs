using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Training.Presets;

/// <summary>
/// The published values once more, typed from the papers' tables and the projects' own lists: those that name a recipe. What else a preset resolves to, defaults of this
/// library among it, is held by <see cref="ResolvedPresetsTests"/>.
/// </summary>
public class PublishedValuesTests
{
    private static readonly string[] All =
    [
        // name | backbone | optimizer, rate at the preset's batch, weight decay | schedule, warm-up | epochs x batch
        "simclr/stl10 | resnet18-cifar | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "byol/stl10 | resnet18-cifar | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "mocov2/stl10 | resnet18-cifar | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "simsiam/stl10 | resnet18-cifar-zeroinit | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "simclr/tiny-imagenet | resnet18-cifar | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "byol/tiny-imagenet | resnet18-cifar | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "mocov2/tiny-imagenet | resnet18-cifar | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "simsiam/tiny-imagenet | resnet18-cifar-zeroinit | Sgd 0.5 1E-04 | Cosine 0 | 500x512",
        "simclr/imagenet-100ep | resnet50-zeroinit | Lars 4.8 1E-06 | Cosine 10 | 100x4096",
        "mocov1/imagenet-200ep | resnet50 | Sgd 0.03 1E-04 | Step 120,160 | 200x256",
        "mocov1/imagenet-100ep | resnet50 | Sgd 0.03 1E-04 | Step 60,80 | 100x256",
        "mocov2/imagenet-200ep | resnet50 | Sgd 0.03 1E-04 | Cosine 0 | 200x256",
        "mocov2/imagenet-infomin-100ep | resnet50 | Sgd 0.03 1E-04 | Cosine 0 | 100x256",
        "mocov3/imagenet-100ep | resnet50-zeroinit | Lars 9.6 1E-06 | Cosine 10 | 100x4096",
        "mocov3/imagenet-300ep | resnet50-zeroinit | Lars 4.8 1E-06 | Cosine 10 | 300x4096",
        "mocov3/imagenet-1000ep | resnet50-zeroinit | Lars 4.8 1.5E-06 | Cosine 10 | 1000x4096",
        "mocov3/imagenet-vit-small-300ep | vit-small-16-mocov3 | AdamW 0.0024 1E-01 | Cosine 40 | 300x4096",
        "mocov3/imagenet-vit-base-300ep | vit-base-16-mocov3 | AdamW 0.0024 1E-01 | Cosine 40 | 300x4096",
        "byol/imagenet-100ep | resnet50-zeroinit | Lars 7.2 1E-06 | Cosine 10 | 100x4096",
        "byol/imagenet-300ep | resnet50-zeroinit | Lars 4.8 1E-06 | Cosine 10 | 300x4096",
        "byol/imagenet-1000ep | resnet50-zeroinit | Lars 3.2 1.5E-06 | Cosine 10 | 1000x4096",
        "simsiam/imagenet-100ep | resnet50-zeroinit | Sgd 0.1 1E-04 | Cosine 0 | 100x512",
        "dino/imagenet-vit-100ep | vit-small-16 | AdamW 0.001 4E-02 | Cosine 10 | 100x512",
        "dino/imagenet-100ep | resnet50 | Sgd 0.06 1E-04 | Cosine 10 | 100x512",
        "dino/imagenet-multicrop | resnet50 | Sgd 0.06 1E-04 | Cosine 10 | 100x512",
        .. Cifar("cifar10"),
        .. Cifar("cifar100"),
        .. Lightly("200ep", 0.06, "200x128"),
        .. Lightly("800ep", 0.24, "800x512"),
    ];

    public static TheoryData<string> Rows => [.. All];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Training_is_as_published(string row) => Assert.Equal(row, RowOf(Named(row.Split(' ')[0])));

    [Fact]
    public void There_is_no_preset_without_a_row() => Assert.Equal(All.Select(r => r.Split(' ')[0]).Order(), ContrastivePreset.Names.Order());

    public static TheoryData<string, string> Views => new()
    {
        // size, scale | jitter, probability | grey | blur, probability | solarize
        { "simclr/stl10", "96 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "byol/tiny-imagenet", "64 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "mocov2/tiny-imagenet", "64 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "simsiam/stl10", "96 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "simclr/imagenet-100ep", "224 0.08-1 | 0.8 0.8 0.8 0.2 p 0.8 | 0.2 | Kernel10Percent 0.5 | none" },
        { "mocov1/imagenet-200ep", "224 0.2-1 | 0.4 0.4 0.4 0.4 p 1 | 0.2 | none | none" },
        { "mocov1/imagenet-100ep", "224 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none" },
        { "mocov2/imagenet-200ep", "224 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none" },
        { "mocov2/imagenet-infomin-100ep", "224 0.2-1 | 0.8 0.8 0.8 0.2 p 0.8 | 0.2 | Kernel10Percent 0.5 | none" },
        { "simsiam/imagenet-100ep", "224 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none" },
        { "simclr/cifar10", "32 0.08-1 | 0.8 0.8 0.8 0.2 p 0.8 | 0.2 | PilRadius 0.5 | none" },
        { "mocov2/cifar100", "32 0.08-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none" },
        { "simsiam/cifar10", "32 0.08-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none" },
        { "simclr/cifar10-200ep", "32 0.08-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "byol/cifar10-200ep", "32 0.08-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "mocov2/cifar10-800ep", "32 0.08-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
        { "simsiam/cifar10-200ep", "32 0.2-1 | 0.4 0.4 0.4 0.1 p 0.8 | 0.2 | none | none" },
    };

    [Theory]
    [MemberData(nameof(Views))]
    public void Both_views_are_as_published(string name, string view)
    {
        Assert.Equal(2, Named(name).Views.Count);
        Assert.All(Named(name).Views, v => Assert.Equal(view, RowOf(v)));
    }

    public static TheoryData<string, string[]> UnlikeViews => new()
    {
        { "mocov3/imagenet-100ep", ["224 0.2-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 1 | none", "224 0.2-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 0.1 | 0.2"] },
        { "mocov3/imagenet-vit-base-300ep", ["224 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 1 | none", "224 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 0.1 | 0.2"] },
        { "byol/imagenet-300ep", ["224 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | Kernel10Percent 1 | none", "224 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | Kernel10Percent 0.1 | 0.2"] },
        { "byol/cifar10", ["32 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | none", "32 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | 0.2"] },
        { "mocov3/cifar100", ["32 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | none", "32 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | 0.2"] },
        { "dino/cifar10", ["32 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | none", "32 0.08-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | 0.2"] },
        { "dino/cifar10-200ep", ["32 0.4-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | none", "32 0.4-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | none | 0.2"] },
        { "dino/imagenet-vit-100ep", [.. Globals(224, "0.4"), .. Enumerable.Repeat("96 0.05-0.4 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none", 8)] },
        { "dino/imagenet-100ep", [.. Globals(224, "0.14"), .. Enumerable.Repeat("96 0.05-0.14 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none", 6)] },
        { "dino/imagenet-multicrop", [.. Globals(160, "0.14"), .. Enumerable.Repeat("96 0.05-0.14 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 0.5 | none", 4)] },
    };

    [Theory]
    [MemberData(nameof(UnlikeViews))]
    public void Each_view_is_as_published(string name, string[] views) => Assert.Equal(views, Named(name).Views.Select(RowOf));

    [Fact]
    public void Every_view_is_mirrored_half_of_the_time() =>
        Assert.All(ContrastivePreset.All.SelectMany(p => p.Views), v => Assert.Equal(0.5, v.Flip!.Probability));

    /// <summary>Bicubic: google-research/simclr, deepmind-research/byol, facebookresearch/dino, all of solo-learn, of lightly DINO alone. All others leave torchvision's default.</summary>
    [Fact]
    public void Crops_are_resized_as_in_the_source() => Assert.All(ContrastivePreset.All, p =>
    {
        bool bicubic = p.Name.StartsWith("dino/", StringComparison.Ordinal) || p.Name.StartsWith("byol/imagenet", StringComparison.Ordinal)
            || p.Name is "simclr/imagenet-100ep" || p.Source.StartsWith("solo-learn", StringComparison.Ordinal);
        Assert.All(p.Views, v => Assert.Equal(bicubic ? ResizeFilter.Bicubic : ResizeFilter.Bilinear, v.Crop.Filter));
    });

    /// <summary>solo-learn's LinearWarmupCosineAnnealingLR reaches its peak at the last step of the warm-up, and stays there for another.</summary>
    [Theory]
    [InlineData("stl10", CosineConvention.PerEpoch)]
    [InlineData("mocov3/imagenet-100ep", CosineConvention.MoCoV3)]
    [InlineData("dino/imagenet-100ep", CosineConvention.Dino)]
    [InlineData("cifar100", CosineConvention.Dino)]
    [InlineData("cifar10-200ep", CosineConvention.PerEpoch)]
    public void The_cosine_is_sampled_as_in_the_source(string setting, CosineConvention convention) => Assert.All(
        ContrastivePreset.All.Where(p => p.Name.EndsWith(setting, StringComparison.Ordinal)),
        p => Assert.Equal(convention, Assert.IsType<CosineSchedule>(p.LearningRateSchedule).Convention));

    [Theory]
    [InlineData("simclr/stl10", 0.5, 128, null)]
    [InlineData("simclr/imagenet-100ep", 0.1, 128, 2048)]
    [InlineData("simclr/cifar100", 0.2, 256, 2048)]
    [InlineData("simclr/cifar10-800ep", 0.5, 128, 512)]
    public void SimClr_is_as_published(string name, double temperature, int dimension, int? hidden)
    {
        var method = Assert.IsType<SimClr>(Named(name).Method);
        Assert.Equal((temperature, dimension, hidden), (method.Temperature, method.ProjectionDimension, method.ProjectionHiddenDimension));
    }

    [Theory]
    [InlineData("mocov2/stl10", MoCoHead.Mlp, 0.2, 65536, 0.999, null, 128, false)]
    [InlineData("mocov2/tiny-imagenet", MoCoHead.Mlp, 0.2, 65536, 0.999, null, 128, false)]
    [InlineData("mocov1/imagenet-200ep", MoCoHead.Linear, 0.07, 65536, 0.999, null, 128, false)]
    [InlineData("mocov1/imagenet-100ep", MoCoHead.Linear, 0.07, 65536, 0.999, null, 128, false)]
    [InlineData("mocov2/imagenet-200ep", MoCoHead.Mlp, 0.2, 65536, 0.999, null, 128, false)]
    [InlineData("mocov2/imagenet-infomin-100ep", MoCoHead.Mlp, 0.15, 65536, 0.999, null, 128, false)]
    [InlineData("mocov2/cifar10", MoCoHead.Mlp, 0.2, 32768, 0.99, 0.999, 256, true)]
    [InlineData("mocov2/cifar10-200ep", MoCoHead.Mlp, 0.1, 4096, 0.99, null, 128, true)]
    public void MoCo_is_as_published(string name, MoCoHead head, double temperature, int queue, double momentum, double? final, int dimension, bool symmetric)
    {
        var method = Assert.IsType<MoCo>(Named(name).Method);
        Assert.Equal(
            (head, temperature, queue, momentum, final, dimension, symmetric),
            (method.Head, method.Temperature, method.QueueSize, method.Momentum, method.FinalMomentum, method.ProjectionDimension, method.Symmetric));
    }

    [Theory]
    [InlineData("mocov3/imagenet-100ep", 1.0, 4096, 256, 0.99)]
    [InlineData("mocov3/imagenet-300ep", 1.0, 4096, 256, 0.99)]
    [InlineData("mocov3/imagenet-1000ep", 1.0, 4096, 256, 0.996)]
    [InlineData("mocov3/cifar10", 0.2, 4096, 256, 0.99)]
    [InlineData("mocov3/imagenet-vit-small-300ep", 0.2, 4096, 256, 0.99)]
    public void MoCoV3_is_as_published(string name, double temperature, int hidden, int dimension, double momentum)
    {
        var method = Assert.IsType<MoCoV3>(Named(name).Method);
        Assert.Equal((temperature, hidden, dimension, momentum), (method.Temperature, method.HiddenDimension, method.ProjectionDimension, method.Momentum));
    }

    [Fact]
    public void MoCoV3_on_vision_transformers_has_the_released_heads_and_a_frozen_patch_embedding()
    {
        var method = Assert.IsType<MoCoV3>(Named("mocov3/imagenet-vit-base-300ep").Method);
        Assert.Equal((3, true, true, true), (method.ProjectionLayers, method.PredictorBatchNorm, method.FreezePatchEmbedding, method.CosineMomentum));
        Assert.Null(((MoCoV3)Named("mocov3/imagenet-300ep").Method).FreezePatchEmbedding);
    }

    [Theory]
    [InlineData("byol/stl10", 512, 128, 0.996)]
    [InlineData("byol/imagenet-100ep", 4096, 256, 0.99)]
    [InlineData("byol/imagenet-1000ep", 4096, 256, 0.996)]
    [InlineData("byol/cifar100", 4096, 256, 0.99)]
    [InlineData("byol/cifar10-200ep", 1024, 256, 0.99)]
    public void Byol_is_as_published(string name, int hidden, int dimension, double momentum)
    {
        var method = Assert.IsType<Byol>(Named(name).Method);
        Assert.Equal((hidden, dimension, momentum), (method.HiddenDimension, method.ProjectionDimension, method.Momentum));
    }

    [Theory]
    [InlineData("byol/stl10", true, TargetStart.OwnWeights, TargetUpdate.BeforeTargets, false)]
    [InlineData("byol/imagenet-300ep", false, TargetStart.OwnWeights, TargetUpdate.AfterOptimizerStep, true)]
    [InlineData("byol/cifar10", true, TargetStart.OnlineWeights, TargetUpdate.AfterOptimizerStep, true)]
    [InlineData("byol/cifar10-800ep", true, TargetStart.OnlineWeights, TargetUpdate.BeforeTargets, false)]
    public void Byols_heads_and_target_are_those_of_the_source(string name, bool outputBias, TargetStart start, TargetUpdate update, bool cosine)
    {
        var method = Assert.IsType<Byol>(Named(name).Method);
        Assert.Equal((outputBias, start, update, cosine), (method.OutputBias, method.TargetStart, method.TargetUpdate, method.CosineMomentum));
    }

    [Theory]
    [InlineData("simsiam/stl10", 512, 128, 3)]
    [InlineData("simsiam/imagenet-100ep", 2048, 512, 3)]
    [InlineData("simsiam/cifar10", 2048, 512, 3)]
    [InlineData("simsiam/cifar10-200ep", 2048, 512, 2)]
    public void SimSiam_is_as_published(string name, int dimension, int predictor, int layers)
    {
        var method = Assert.IsType<SimSiam>(Named(name).Method);
        Assert.Equal((dimension, predictor, layers), (method.ProjectionDimension, method.PredictorHiddenDimension, method.ProjectionLayers));
    }

    [Theory]
    [InlineData("dino/imagenet-vit-100ep", 65536, 256, 0.1, 0.04, 0.996, 1)]
    [InlineData("dino/imagenet-100ep", 60000, 256, 0.1, 0.04, 0.996, 1)]
    [InlineData("dino/cifar10", 4096, 256, 0.1, 0.07, 0.9995, 1)]
    public void Dino_is_as_published(string name, int prototypes, int bottleneck, double student, double teacher, double momentum, int frozen)
    {
        var method = Assert.IsType<Dino>(Named(name).Method);
        Assert.Equal(
            (prototypes, bottleneck, student, teacher, momentum, frozen, 0.9, 2048),
            (method.Prototypes, method.BottleneckDimension, method.StudentTemperature, method.TeacherTemperature, method.Momentum, method.FreezeLastLayerEpochs, method.CenterMomentum, method.HiddenDimension));
    }

    /// <summary>eval_linear.py and eval_knn.py of facebookresearch/dino take the teacher; solo-learn's classifier and lightly's nearest neighbours are on the student.</summary>
    [Fact]
    public void Dino_hands_out_what_its_source_evaluates() => Assert.All(
        ContrastivePreset.All.Where(p => p.Method is Dino),
        p => Assert.Equal(p.Name.Contains("imagenet", StringComparison.Ordinal) ? DinoNetwork.Teacher : DinoNetwork.Student, ((Dino)p.Method).EncoderFrom));

    /// <summary>google-research/simclr, model_util.py; all others have torch's linear layers.</summary>
    [Fact]
    public void SimClrs_head_starts_as_its_authors_where_the_figure_is_theirs() => Assert.All(
        ContrastivePreset.All.Where(p => p.Method is SimClr),
        p => Assert.Equal(p.Name == "simclr/imagenet-100ep" ? 0.01 : null, ((SimClr)p.Method).ProjectionInitialDeviation));

    [Fact]
    public void Dino_clips_and_raises_its_weight_decay_as_published()
    {
        Assert.Equal(0.4, Named("dino/imagenet-vit-100ep").Optimizer.FinalWeightDecay);
        Assert.Null(Named("dino/imagenet-100ep").Optimizer.FinalWeightDecay);
        Assert.All(new[] { "dino/imagenet-vit-100ep", "dino/imagenet-100ep" }, n => Assert.Equal(new GradientClipping { MaxNorm = 3, Scope = ClippingScope.EachParameter }, Named(n).Optimizer.GradientClipping));
    }

    [Fact]
    public void Lars_has_the_trust_of_its_source() => Assert.All(
        ContrastivePreset.All.Where(p => p.Optimizer is Lars),
        p => Assert.Equal((p.Name.Contains("cifar", StringComparison.Ordinal) ? 0.02 : 0.001, 0.9), (((Lars)p.Optimizer).TrustCoefficient, ((Lars)p.Optimizer).Momentum)));

    private static IEnumerable<string> Cifar(string data) =>
    [
        $"simclr/{data} | resnet18-cifar | Lars 0.4 1E-04 | Cosine 10 | 1000x256",
        $"mocov2/{data} | resnet18-cifar | Sgd 0.3 1E-04 | Cosine 10 | 1000x256",
        $"mocov3/{data} | resnet18-cifar | Lars 0.3 1E-06 | Cosine 10 | 1000x256",
        $"byol/{data} | resnet18-cifar | Lars 1 1E-05 | Cosine 10 | 1000x256",
        $"simsiam/{data} | resnet18-cifar | Sgd 0.5 1E-05 | Cosine 10 | 1000x256",
        $"dino/{data} | resnet18-cifar | Lars 0.3 1E-06 | Cosine 10 | 1000x256",
    ];

    private static IEnumerable<string> Lightly(string length, double rate, string run) => new[] { "simclr", "mocov2", "byol", "simsiam", "dino" }
        .Select(m => FormattableString.Invariant($"{m}/cifar10-{length} | resnet18-cifar | Sgd {(m == "simsiam" ? 0.06 : rate)} 5E-04 | Cosine 0 | {run}"));

    private static string[] Globals(int size, string minScale) =>
        [$"{size} {minScale}-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 1 | none", $"{size} {minScale}-1 | 0.4 0.4 0.2 0.1 p 0.8 | 0.2 | PilRadius 0.1 | 0.2"];

    private static ContrastivePreset Named(string name) => ContrastivePreset.ByName(name.Split('/')[0], name.Split('/')[1]);

    private static string RowOf(ContrastivePreset p)
    {
        string schedule = p.LearningRateSchedule switch
        {
            CosineSchedule cosine => $"Cosine {cosine.WarmupEpochs}",
            StepSchedule step => $"Step {string.Join(',', step.MilestoneEpochs)}",
            _ => "",
        };
        return FormattableString.Invariant(
            $"{p.Name} | {p.Backbone.Name} | {p.Optimizer.GetType().Name} {Math.Round(p.Optimizer.PeakLearningRate(p.BatchSize), 6)} {p.Optimizer.WeightDecay:0.#E-00} | {schedule} | {p.Epochs}x{p.BatchSize}");
    }

    private static string RowOf(ViewAugmentation v)
    {
        string blur = v.Blur is { } b ? FormattableString.Invariant($"{b.Operator} {b.Probability}") : "none", solarize = v.Solarize is { } s ? FormattableString.Invariant($"{s.Probability}") : "none";
        return FormattableString.Invariant(
            $"{v.Crop.OutputSize.Width} {v.Crop.Scale.Min}-{v.Crop.Scale.Max} | {v.Color!.Brightness} {v.Color.Contrast} {v.Color.Saturation} {v.Color.Hue} p {v.Color.Probability} | {v.Grayscale!.Probability} | {blur} | {solarize}");
    }
}
