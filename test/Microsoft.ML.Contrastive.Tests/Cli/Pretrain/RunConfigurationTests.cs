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

    [Fact]
    public void An_object_changes_what_it_names_and_leaves_the_rest()
    {
        ContrastivePreset before = _configuration.Read().Preset;
        _configuration.Set("""method={"temperature":0.9}""");
        _configuration.Set("""optimizer={"learningRate":0.4,"type":"LARS"}""");
        _configuration.Set("""views.1.crop={"scale":[0.5,1]}""");
        _configuration.Set("""earlyStopping={"patience":5}""");
        (RunSettings run, ContrastivePreset preset) = _configuration.Read();
        Assert.Equal(((SimClr)before.Method) with { Temperature = 0.9 }, preset.Method);
        Assert.Equal(new Lars { LearningRate = 0.4 }, preset.Optimizer);
        Assert.Equal(before.Views[1].Crop with { Scale = (0.5, 1) }, preset.Views[1].Crop);
        Assert.Equal(5, run.EarlyStopping!.Patience);

        _configuration.Merge(JsonNode.Parse("""{"method":{"momentum":0.5,"type":"moco-v1"}}""")!.AsObject(), "a file");
        Assert.Equal(MoCo.V1 with { Momentum = 0.5 }, _configuration.Read().Preset.Method);
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
    [InlineData("""method={"temprature":3}""", "'temperature'")]
    [InlineData("""method={"temperature":0.9""", "no JSON")]
    [InlineData("""method={"type":5}""", "the name of 'method' is 5; it must be one of simclr")]
    [InlineData("""method={"temperature":1,"temperature":2}""", "'temperature'")]
    [InlineData("method=5", "the name of 'method' is 5; it must be one of simclr")]
    [InlineData("method=null", "the name of 'method' is null; it must be one of simclr")]
    public void An_unknown_key_is_answered_by_near_ones(string assignment, string answer) =>
        Assert.Contains(answer, Assert.Throws<UsageException>(() => _configuration.Set(assignment)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("epochs=many", "epochs is many. It must be a whole number")]
    [InlineData("method.temperature=hot", "method.temperature is hot. It must be a number")]
    [InlineData("method.temperature=-1", "method.temperature: Temperature is -1")]
    [InlineData("optimizer.learningRateScaling=cubic", "None, Linear, SquareRoot")]
    [InlineData("views.crop.scale=[0.5]", "2 numbers in brackets")]
    [InlineData("views.blur.probabilty=0.5", "no setting 'views.0.blur.probabilty'")]
    [InlineData("backbone=resnet19", "resnet19")]
    [InlineData("backbone=5", "backbone is 5. It must be the name of a network: resnet10")]
    [InlineData("backbone=null", "backbone is null. It must be the name of a network")]
    [InlineData("epochs=null", "epochs is null. It must be a whole number")]
    [InlineData("seed=1e30", "seed is 1e30. It must be a whole number")]
    [InlineData("dataset=5", "dataset is 5. It must be text")]
    [InlineData("views=3", "views is 3. It must be a list in brackets")]
    [InlineData("views.0.crop=3", "views.0.crop is 3. It must be an object in braces")]
    [InlineData("views=[]", "views: Views has 0 views; simclr takes 2")]
    [InlineData("views.1.blur.probability=3e0", "views.1.blur.probability: Probability is 3")]
    [InlineData("views.crop.outputSize.width=0", "views.0.crop.outputSize: OutputSize is 0x96")]
    [InlineData("learningRateSchedule.warmupEpochs=900", "learningRateSchedule.warmupEpochs: ")]
    [InlineData("views.crop.scale=wide", "views.0.crop.scale is wide. It must be 2 numbers in brackets")]
    [InlineData("jointBlurBeta=0", "jointBlurBeta: JointBlurBeta")]
    public void A_value_that_does_not_fit_its_key_is_refused(string assignment, string reason)
    {
        _configuration.Set(assignment);
        Assert.Contains(reason, Assert.Throws<UsageException>(() => _configuration.Read()).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Values => ["null", "-1", "1e300", "NaN", "true", "text", "[]", "[1]", "[null,null]", "{}", """{"type":null}""", """[{}]"""];

    /// <summary>Whatever is set to whatever: it is taken, or refused in words that name the key and nothing of .NET.</summary>
    [Theory]
    [MemberData(nameof(Values))]
    public void No_value_of_any_key_is_answered_by_names_of_types(string value)
    {
        foreach (string key in _configuration.Lines().Select(line => line.Key))
        {
            RunConfiguration configuration = RunConfiguration.Of(new RunSettings { Dataset = "photos" }, ContrastivePreset.ByName("simclr", "stl10"));
            try
            {
                configuration.Set($"{key}={value}");
                _ = configuration.Read();
            }
            catch (UsageException refusal)
            {
                string message = refusal.Message;
                Assert.DoesNotMatch(@"System\.|Microsoft\.ML|Parameter '|JSON value|JsonSerializer|nullability|`", message);
                Assert.Contains(key.Split('.')[0], message, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}
