using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Pretrain;

public sealed class RunConfigurationTests
{
    private readonly RunConfiguration _configuration = RunConfiguration.Of(new RunSettings { Dataset = "photos" }, ContrastivePreset.ByName("simclr", "stl10"));

    public static TheoryData<string> Presets => [.. ContrastivePreset.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_preset_survives_the_way_through_JSON(string name)
    {
        ContrastivePreset preset = ContrastivePreset.All.Single(p => p.Name == name) with { JointCropOver = JointOver.None };
        var settings = new RunSettings { Dataset = "photos", Seed = 7, EarlyStopping = new() { Patience = 3 } };
        JsonObject written = JsonNode.Parse(RunConfiguration.Of(settings, preset).ToString())!.AsObject();

        RunConfiguration other = RunConfiguration.Of(new RunSettings(), ContrastivePreset.ByName("byol", "cifar100"));
        other.Merge(written, "a file");
        (RunSettings readSettings, ContrastivePreset readPreset) = other.Read();
        Assert.Equal(preset, readPreset);
        Assert.Equal(settings, readSettings);
    }

    [Fact]
    public void A_value_is_set_by_the_key_that_is_printed()
    {
        foreach ((string key, string value) in (ReadOnlySpan<(string, string)>)[("method.temperature", "0.3"), ("optimizer.learningRateScaling", "Linear"), ("views.1.crop.scale", "[0.5,1]"), ("earlyStopping.patience", "5"), ("views.blur.probability", "0.25")])
            _configuration.Set($"{key}={value}");
        (RunSettings run, ContrastivePreset preset) = _configuration.Read();
        Assert.Equal(0.3, Assert.IsType<SimClr>(preset.Method).Temperature);
        Assert.Equal(LearningRateScaling.Linear, preset.Optimizer.LearningRateScaling);
        Assert.Equal((0.2, 1), preset.Views[0].Crop.Scale);
        Assert.Equal((0.5, 1), preset.Views[1].Crop.Scale);
        Assert.All(preset.Views, view => Assert.Equal(0.25, view.Blur!.Probability));
        Assert.Equal(5, run.EarlyStopping!.Patience);
        Assert.Contains(("method.temperature", "0.3"), _configuration.Lines());
        Assert.Contains(("views.1.crop.scale", "[0.5,1]"), _configuration.Lines());
    }

    [Fact]
    public void Another_method_or_optimiser_begins_with_its_own_defaults()
    {
        _configuration.Set("method=moco-v1");
        _configuration.Set("optimizer.type=lars");
        _configuration.Set("optimizer.learningRate=0.4");
        ContrastivePreset preset = _configuration.Read().Preset;
        Assert.Equal(MoCo.V1, preset.Method);
        Assert.Equal(new Lars { LearningRate = 0.4 }, preset.Optimizer);
    }

    [Theory]
    [InlineData("epcohs=3", "'epochs'")]
    [InlineData("temperature=3", "'method.temperature'")]
    [InlineData("method.temprature=3", "'temperature'")]
    [InlineData("views.0.crop.scal=3", "'scale'")]
    [InlineData("views.7.crop.scale=3", "0 to 1")]
    [InlineData("method=simclear", "simclr")]
    [InlineData("epochs.x=1", "is a value")]
    [InlineData("epochs", "key=value")]
    public void An_unknown_key_is_answered_by_near_ones(string assignment, string answer) =>
        Assert.Contains(answer, Assert.Throws<UsageException>(() => _configuration.Set(assignment)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("epochs=many", "epochs is many. It must be a whole number")]
    [InlineData("method.temperature=hot", "method.temperature is hot. It must be a number")]
    [InlineData("method.temperature=-1", "Temperature is -1")]
    [InlineData("optimizer.learningRateScaling=cubic", "None, Linear, SquareRoot")]
    [InlineData("views.crop.scale=[0.5]", "2 numbers in brackets")]
    [InlineData("views.blur.probabilty=0.5", "no setting 'views.0.blur.probabilty'")]
    [InlineData("backbone=resnet19", "resnet19")]
    [InlineData("jointBlurBeta=0", "JointBlurBeta")]
    public void A_value_that_does_not_fit_its_key_is_refused(string assignment, string reason)
    {
        _configuration.Set(assignment);
        Assert.Contains(reason, Assert.Throws<UsageException>(() => _configuration.Read()).Message, StringComparison.Ordinal);
    }
}
