using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Training.Presets;

public sealed partial class ContrastivePresetTests
{
    public static TheoryData<string> Names => [.. ContrastivePreset.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_valid_and_found_by_name_in_any_case(string name)
    {
        string[] parts = name.Split('/');
        ContrastivePreset preset = ContrastivePreset.ByName(parts[0].ToUpperInvariant(), parts[1]);

        preset.Validate();
        Assert.Equal(name, preset.Name);
        Assert.Equal(parts[0], preset.Method.Name);
        Assert.Single(ContrastivePreset.Names, name);
        Assert.All(preset.Views, v => Assert.IsType<RandomResizedCrop>(v.Crop));
        Assert.Contains(preset.Steps, s => s.Step is RandomResizedCrop);
    }

    [Theory]
    [InlineData("simclr", "stl11")]
    [InlineData("simclr2", "stl10")]
    public void An_unknown_name_is_answered_with_those_that_there_are(string method, string setting)
    {
        var refusal = Assert.Throws<ArgumentException>(() => ContrastivePreset.ByName(method, setting));

        Assert.Contains($"{method}/{setting}", refusal.Message, StringComparison.Ordinal);
        Assert.All(ContrastivePreset.Names, name => Assert.Contains(name, refusal.Message, StringComparison.Ordinal));
    }

    /// <summary>The table of values to be found by name of the setting, wherever it lies: a new property that the printer forgot would be missing.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Prints_every_value_once_and_always_alike(string name)
    {
        ContrastivePreset preset = Named(name);
        string[] lines = preset.ToString().TrimEnd('\n').Split('\n');
        Dictionary<string, string> values = lines.Select(l => l.Split(" = ", 2)).ToDictionary(l => l[0], l => l[1]);

        Assert.Equal(preset.ToString(), Named(name).WithViews(v => v).ToString());
        Assert.Equal(name, values["name"]);
        Assert.Equal(preset.Backbone.Name, values["backbone"]);
        Assert.Equal(preset.BatchSize.ToString(CultureInfo.InvariantCulture), values["batchSize"]);
        AssertPrinted(values, "method", preset.Method);
        AssertPrinted(values, "optimizer", preset.Optimizer);
        AssertPrinted(values, "learningRateSchedule", preset.LearningRateSchedule);
        for (int i = 0; i < preset.Views.Count; i++)
        {
            foreach (var (stage, step) in new (string, AugmentationStep?)[] { ("crop", preset.Views[i].Crop), ("flip", preset.Views[i].Flip), ("color", preset.Views[i].Color), ("grayscale", preset.Views[i].Grayscale), ("blur", preset.Views[i].Blur), ("solarize", preset.Views[i].Solarize), ("randAugment", preset.Views[i].RandAugment) })
            {
                if (step is null)
                    Assert.Equal("none", values[$"view{i + 1}.{stage}"]);
                else
                    AssertPrinted(values, $"view{i + 1}.{stage}", step);
            }
        }
    }

    [Fact]
    public void Two_presets_are_equal_when_their_values_are()
    {
        ContrastivePreset stl = Named("simclr/stl10");

        Assert.Equal(stl, stl with { Views = [.. stl.Views] });
        Assert.NotEqual(stl, stl with { Epochs = 3 });
        Assert.NotEqual(stl, stl.WithViews(v => v with { Flip = null }));
        Assert.NotEqual(stl, stl with { JointCropBeta = 0 });
    }

    [Fact]
    public void JointCrop_takes_the_place_of_the_crop_and_changes_nothing_else()
    {
        ContrastivePreset baseline = Named("simclr/stl10"), joint = baseline with { JointCropBeta = 0 };

        var crop = Assert.IsType<JointCrop>(joint.Steps[0].Step);
        Assert.Equal((0.2, 1.0), crop.Scale);
        Assert.Equal(0, crop.Beta);
        Assert.Equal(new ImageSize(96, 96), crop.OutputSize);
        Assert.Equal([0, 1], joint.Steps[0].Views);
        Assert.Equal(baseline.Steps.Skip(1).Select(s => s.Step), joint.Steps.Skip(1).Select(s => s.Step));
        joint.Validate();
    }

    [Fact]
    public void JointCrop_of_a_multi_crop_preset_is_for_its_global_pair()
    {
        ContrastivePreset joint = Named("dino/imagenet-multicrop") with { JointCropBeta = 0 };
        joint.Validate();

        PlannedStep[] crops = [.. joint.Steps.Where(s => s.Step is CropStep)];
        Assert.Equal([0, 1], Assert.Single(crops, c => c.Step is JointCrop).Views);
        Assert.Equal([2, 3, 4, 5], Assert.Single(crops, c => c.Step is RandomResizedCrop).Views);
    }

    [Fact]
    public void JointCrop_of_a_multi_crop_preset_can_be_for_its_local_crops_or_for_both()
    {
        ContrastivePreset local = Named("dino/imagenet-multicrop") with { JointCropBeta = 0, JointCropOver = JointOver.Local };
        local.Validate();
        Assert.Equal([2, 3, 4, 5], Assert.Single(local.Steps, c => c.Step is JointCrop).Views);
        Assert.Equal([0, 1], Assert.Single(local.Steps, c => c.Step is RandomResizedCrop).Views);
        Assert.Equal([[0, 1], [2, 3, 4, 5]], (local with { JointCropOver = JointOver.Both }).Steps.Where(c => c.Step is JointCrop).Select(c => c.Views.ToArray()));
        Assert.DoesNotContain((local with { JointCropOver = JointOver.None }).Steps, c => c.Step is JointCrop);
        Assert.Contains("Local", Assert.Throws<ArgumentException>((Named("simclr/stl10") with { JointCropBeta = 0, JointCropOver = JointOver.Local }).Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void JointCrop_or_JointBlur_by_one_coin_is_three_properties_away()
    {
        ContrastivePreset baseline = Named("mocov3/imagenet-100ep"), either = baseline with { JointCropBeta = 0, JointBlurBeta = 0, JointCropProbability = 0.5 };
        either.Validate();
        var (recipes, published) = (new ViewRecipe[2], new ViewRecipe[2]);
        ViewPlan plan = either.ToViewPlan(1), original = baseline.ToViewPlan(1);
        int joint = 0;
        for (ulong row = 0; row < 1000; row++)
        {
            plan.Sample(plan.KeyOf(0, row), new ImageSize(300, 200), recipes);
            original.Sample(original.KeyOf(0, row), new ImageSize(300, 200), published);
            bool crop = recipes[0].CropWidth == published[0].CropWidth && recipes[1].CropWidth == published[1].CropWidth;
            bool blur = recipes[0].BlurSigma == published[0].BlurSigma && recipes[1].BlurSigma == published[1].BlurSigma;

            // With JointCrop the blur is the baseline's and the other way round; where neither view is blurred, both blurs are the same.
            Assert.True(crop || blur);
            Assert.Equal(published[1].BlurSigma > 0, recipes[1].BlurSigma > 0);
            joint += crop ? 0 : 1;
        }

        Assert.InRange(joint, 430, 570);
        Assert.Contains("JointCropProbability", Assert.Throws<ArgumentException>((baseline with { JointCropBeta = 0, JointCropProbability = 0.5 }).Validate).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>((either with { JointCropProbability = 1.5 }).Validate);
    }

    [Fact]
    public void InfoMin_turns_grey_behind_everything_else_and_takes_JointCrop()
    {
        ContrastivePreset joint = Named("mocov2/imagenet-infomin-100ep") with { JointCropBeta = 0 };
        joint.Validate();
        Assert.Equal(
            [typeof(JointCrop), typeof(HorizontalFlip), typeof(ColorJitter), typeof(GaussianBlur), typeof(RandAugment), typeof(RandomGrayscale)],
            joint.Steps.Select(s => s.Step.GetType()));
    }

    [Fact]
    public void JointBlur_keeps_the_probabilities_of_the_views()
    {
        ContrastivePreset joint = Named("byol/imagenet-100ep") with { JointBlurBeta = 0 };
        joint.Validate();

        var blur = Assert.IsType<JointBlur>(Assert.Single(joint.Steps, s => s.Step is BlurStep).Step);
        Assert.Equal([1, 0.1], blur.Probability);
        Assert.Equal(BlurOperator.Kernel10Percent, blur.Operator);
    }

    [Fact]
    public void JointColor_keeps_the_colour_changes_of_the_views()
    {
        ContrastivePreset baseline = Named("mocov2/stl10"), joint = baseline with { JointColorBeta = 0 };
        joint.Validate();

        PlannedStep color = Assert.Single(joint.Steps, s => s.Step is ColorStep);
        ColorJitter independent = baseline.Views[0].Color!;
        Assert.Equal([0, 1], color.Views);
        Assert.Equal(new JointColor { Brightness = independent.Brightness, Contrast = independent.Contrast, Saturation = independent.Saturation, Hue = independent.Hue, Probability = independent.Probability, Beta = 0 }, color.Step);
        Assert.Contains("jointColorBeta = 0", joint.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_joint_step_between_views_that_do_not_have_it_is_refused()
    {
        ContrastivePreset small = Named("simclr/stl10");
        ViewAugmentation tight = small.Views[0] with { Crop = small.Views[0].Crop with { Scale = (0.5, 1) } };

        Assert.Contains("JointColorBeta", Assert.Throws<ArgumentException>((small with { JointColorBeta = 0 }).WithViews(v => v with { Color = null }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("JointBlurBeta", Assert.Throws<ArgumentException>((small with { JointBlurBeta = 0 }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("JointCropBeta", Assert.Throws<ArgumentException>((small with { JointCropBeta = 0, Views = [small.Views[0], tight] }).Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overridden_values_that_contradict_one_another_are_refused()
    {
        ContrastivePreset preset = Named("simclr/cifar10");

        Assert.Throws<ArgumentOutOfRangeException>((preset with { Epochs = 5 }).Validate);                                 // warm-up of 10
        Assert.Throws<ArgumentOutOfRangeException>((preset with { Method = new SimClr { Temperature = 0 } }).Validate);
        Assert.Throws<ArgumentException>((preset with { Views = [preset.Views[0]] }).Validate);
        Assert.Throws<ArgumentException>((preset with { Views = [preset.Views[0], preset.WithImageSize(24).Views[1]] }).Validate);
    }

    [Fact]
    public void A_tiny_run_of_a_preset_gives_an_encoder_and_JointCrop_is_one_argument_away()
    {
        using var folder = new ImageFolder(classes: 2, perClass: 8);
        var mlContext = new MLContext(seed: 1);
        IDataView images = mlContext.Contrastive().LoadImagesFromFolder(folder.Path);
        ContrastivePreset tiny = Named("byol/cifar10") with
        {
            Backbone = Backbone.ResNet10(Stem.Compact, widthMultiplier: 0.125),
            Method = new Byol { HiddenDimension = 16, ProjectionDimension = 8 },
            LearningRateSchedule = new CosineSchedule { WarmupEpochs = 0 },
            Epochs = 2,
            BatchSize = 8,
        };
        var epochs = new List<EpochMetrics>();

        EstimatorChain<ContrastiveEncoderTransformer> pipeline = mlContext.Contrastive().Pretraining(tiny, jointCropBeta: 0, configure: o => o.MetricsCallback = epochs.Add);
        TransformerChain<ContrastiveEncoderTransformer> model = pipeline.Fit(images);

        Assert.Equal(2, epochs.Count);
        Assert.IsType<JointCrop>(model.Transform(images).Schema["View1"].GetViewPlan().Steps[0].Step);
        Assert.All(model.Transform(images).GetColumn<float[]>("Features"), f => Assert.Equal(tiny.Backbone.FeatureDimension, f.Length));
    }

    [Fact]
    public void The_pipeline_has_the_plan_of_the_preset()
    {
        using var folder = new ImageFolder(classes: 1, perClass: 3);
        var mlContext = new MLContext(seed: 1);
        IDataView images = mlContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(mlContext.Contrastive().LoadImagesFromFolder(folder.Path)).Transform(mlContext.Contrastive().LoadImagesFromFolder(folder.Path));
        ContrastivePreset preset = Named("dino/imagenet-multicrop") with { Epochs = 0, BatchSize = 2, Backbone = Backbone.ResNet10(widthMultiplier: 0.125), Method = new Dino { Prototypes = 8, HiddenDimension = 8, BottleneckDimension = 4 } };

        IDataView views = mlContext.Contrastive().Pretraining(preset, imagePathColumnName: null).Fit(images).Transform(images);

        Assert.Equal(6, preset.ViewNames.Count);
        for (int view = 0; view < 6; view++)
        {
            ViewPlan plan = views.Schema[preset.ViewNames[view]].GetViewPlan();
            int index = plan.ViewNames.IndexOf(preset.ViewNames[view]);
            Assert.Equal(preset.Steps.Where(s => s.Views.Contains(view)).Select(s => s.Step), plan.Steps.Where(s => s.Views.Contains(index)).Select(s => s.Step));
        }
    }

    private static ContrastivePreset Named(string name) => ContrastivePreset.ByName(name.Split('/')[0], name.Split('/')[1]);

    /// <summary>Every setting of a record has a line of its name whose numbers are its own.</summary>
    private static void AssertPrinted(Dictionary<string, string> values, string name, object record)
    {
        Assert.Equal(record.GetType().Name, values[name]);
        foreach (PropertyInfo property in record.GetType().GetProperties().Where(p => p.CanWrite))
        {
            string line = $"{name}.{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}";
            Assert.True(values.TryGetValue(line, out string? printed), $"{line} is not printed");
            if (property.GetValue(record) is double or int or byte)
                Assert.Equal(Convert.ToDouble(property.GetValue(record), CultureInfo.InvariantCulture), double.Parse(printed, CultureInfo.InvariantCulture));
            else if (property.GetValue(record) is (double min, double max))
                Assert.Equal([min, max], Number().Matches(printed).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)));
        }
    }

    [GeneratedRegex("[0-9.E-]+")]
    private static partial Regex Number();
}
