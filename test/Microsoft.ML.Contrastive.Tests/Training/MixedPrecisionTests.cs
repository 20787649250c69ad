using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Checkpoints;
using Microsoft.ML.Contrastive.Training.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Training;

public sealed class MixedPrecisionTests : IDisposable
{
    private readonly ImageFolder _images = new(classes: 2, perClass: 17);
    private readonly string _workspace = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public MixedPrecisionTests() => TorchRuntime.EnsureLoaded();

    public static TheoryData<string> Methods => [.. ContrastiveMethod.Names];

    public void Dispose()
    {
        _images.Dispose();
        Directory.Delete(_workspace, recursive: true);
    }

    /// <summary>All methods: in each, encoders and heads calculate in bfloat16, and what comes out of them, and the loss, is in single precision.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Networks_calculate_in_bfloat16_and_losses_in_single_precision(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingModule method = TorchInitialization.FromSeed(1, () => TinyPretraining.Options(name, workspace: null).Method.Create(Backbone.ResNet10(Stem.Compact, 0.125)));
        method.train();
        var inner = new HashSet<ScalarType>();
        var outer = new HashSet<ScalarType>();
        foreach (Conv2d convolution in method.modules().OfType<Conv2d>())
            convolution.register_forward_hook((_, _, output) => Noted(inner, output));
        foreach (Linear linear in method.modules().OfType<Linear>())
            linear.register_forward_hook((_, _, output) => Noted(inner, output));

        using (new MixedPrecision(method, DeviceType.CPU))
        {
            foreach (BackboneModule encoder in method.modules().OfType<BackboneModule>())
                encoder.register_forward_hook((_, _, output) => Noted(outer, output));
            Tensor loss = Loss(method);
            loss.backward();
            outer.Add(loss.dtype);
        }

        Assert.Equal([ScalarType.BFloat16], inner);
        Assert.Equal([ScalarType.Float32], outer);
        Assert.All(method.TrainableParameters().Where(p => p.Parameter.grad is not null), p => Assert.Equal(ScalarType.Float32, p.Parameter.grad!.dtype));

        inner.Clear();
        _ = Loss(method);
        Assert.Equal([ScalarType.Float32], inner);
    }

    [Fact]
    public void Measurements_are_in_single_precision_and_a_network_that_throws_leaves_nothing_behind()
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingModule method = new SimClr().Create(Backbone.ResNet10(Stem.Compact, 0.125));
        var types = new HashSet<ScalarType>();
        using (new MixedPrecision(method, DeviceType.CPU))
        {
            method.Encoder.modules().OfType<Conv2d>().First().register_forward_hook((_, _, output) => Noted(types, output));
            method.eval();
            _ = method.Encoder.call(rand(2, 3, 32, 32));
            Assert.Equal([ScalarType.Float32], types);

            method.train();
            Assert.ThrowsAny<Exception>(() => method.Encoder.call(rand(2, 4, 32, 32)));
        }

        Assert.Equal(ScalarType.Float32, ones(2, 2).mm(ones(2, 2)).dtype);
    }

    [Fact]
    public void What_single_precision_learns_bfloat16_learns_too()
    {
        List<float> single = Losses(Precision.Float32), mixed = Losses(Precision.BFloat16);
        Assert.Equal(single[0], mixed[0], 0.05f);
        Assert.NotEqual(single[0], mixed[0]);
        Assert.True(single[^1] < single[0] / 2, $"The loss went from {single[0]} to {single[^1]}.");
        Assert.True(mixed[^1] < mixed[0] / 2, $"The loss went from {mixed[0]} to {mixed[^1]}.");
    }

    [Fact]
    public void A_run_in_bfloat16_is_resumed_in_bfloat16_alone()
    {
        TinyPretraining.Fit(_images.Path, Options(Precision.BFloat16)).Dispose();
        Assert.Equal("BFloat16", Checkpoint.ReadState(Path.Combine(_workspace, "checkpoints", "last")).Configuration["Precision"]);

        ContrastivePretrainTrainer.Options other = Options(Precision.Float32);
        other.Resume = true;
        Assert.Contains("Precision: BFloat16 → Float32", Assert.ThrowsAny<Exception>(() => TinyPretraining.Fit(_images.Path, other)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Precision.Float32, DeviceType.CUDA, Precision.Float32)]
    [InlineData(Precision.Auto, DeviceType.CUDA, Precision.BFloat16)]
    [InlineData(Precision.BFloat16, DeviceType.CPU, Precision.BFloat16)]
    public void What_is_asked_for_is_used_and_a_gpu_calculates_in_bfloat16(Precision asked, DeviceType device, Precision used) => Assert.Equal(used, asked.Resolve(device));

    [Fact]
    public void A_processor_without_matrix_instructions_calculates_in_single_precision() =>
        Assert.Equal(Autocast.ProcessorMultipliesBFloat16 ? Precision.BFloat16 : Precision.Float32, Precision.Auto.Resolve(DeviceType.CPU));

    /// <summary>Thirty steps on one batch.</summary>
    private static List<float> Losses(Precision precision)
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingModule method = TorchInitialization.FromSeed(1, () => new SimClr { Temperature = 0.5 }.Create(Backbone.ResNet10(Stem.Compact, 0.125)));
        method.train();
        Tensor[] views = [.. Enumerable.Range(0, 2).Select(_ => rand(8, 3, 16, 16))];
        using var optimizer = new Sgd().Create(method.TrainableParameters());
        using MixedPrecision? mixed = precision == Precision.BFloat16 ? new MixedPrecision(method, DeviceType.CPU) : null;
        List<float> losses = [];
        for (int step = 0; step < 30; step++)
        {
            optimizer.ZeroGrad();
            Tensor loss = method.Loss(views, labels: null, new TrainingPosition(step, 30, 1));
            loss.backward();
            optimizer.Step(0.05, 0);
            losses.Add(loss.item<float>());
        }

        return losses;
    }

    private ContrastivePretrainTrainer.Options Options(Precision precision)
    {
        ContrastivePretrainTrainer.Options options = TinyPretraining.Options("simclr", _workspace);
        (options.Precision, options.Epochs, options.MonitoredImages) = (precision, 2, 0);
        return options;
    }

    private static Tensor Loss(TrainingModule method)
    {
        Tensor[] views = [.. Enumerable.Range(0, 2).Select(_ => rand(4, 3, 32, 32))];
        return method.Loss(views, labels: null, new TrainingPosition(0, 10, 1));
    }

    private static Tensor Noted(HashSet<ScalarType> types, Tensor output)
    {
        types.Add(output.dtype);
        return output;
    }
}
