using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Conformance;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class FlatParametersTests
{
    public FlatParametersTests() => TorchRuntime.EnsureLoaded();

    [Fact]
    public void Parameters_keep_their_values_and_become_views_of_the_buffer()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters(seed: 1);
        var before = parameters.Select(p => p.ToFloats()).ToList();
        using var flat = new FlatParameters(parameters, withGradients: true);

        Assert.Equal(before, parameters.Select(p => p.ToFloats()));
        flat.Values.fill_(7);
        Assert.All(parameters, p => Assert.All(p.ToFloats(), v => Assert.Equal(7, v)));
        Assert.All(parameters, p => Assert.True(p.requires_grad && p.is_leaf));
    }

    [Fact]
    public void Backward_accumulates_into_the_buffer_of_gradients()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters(seed: 1);
        using var flat = new FlatParameters(parameters, withGradients: true);
        for (var i = 0; i < 2; i++)
            parameters.Select(p => p.sum()).Aggregate((a, b) => a + b).backward();

        Assert.All(Enumerable.Range(0, parameters.Count), i => Assert.All(flat.View(flat.Gradients!, i).ToFloats(), g => Assert.Equal(2, g)));
        flat.ZeroGradients();
        Assert.All(parameters, p => Assert.All(p.grad!.ToFloats(), g => Assert.Equal(0, g)));
    }

    [Fact]
    public void A_gradient_that_was_taken_away_comes_back_as_a_view()
    {
        using var scope = NewDisposeScope();
        var parameters = Parameters(seed: 1);
        using var flat = new FlatParameters(parameters, withGradients: true);
        parameters[1].grad = null;
        flat.ZeroGradients();
        parameters[1].sum().backward();

        Assert.All(flat.View(flat.Gradients!, 1).ToFloats(), g => Assert.Equal(1, g));
    }

    [Fact]
    public void The_memory_format_of_convolutions_is_kept()
    {
        using var scope = NewDisposeScope();
        var channelsLast = new Parameter(randn(4, 3, 2, 2).permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        var (strides, values) = (channelsLast.stride(), channelsLast.ToFloats());
        using var flat = new FlatParameters([new Parameter(randn(5)), channelsLast], withGradients: true);

        Assert.Equal(strides, channelsLast.stride());
        Assert.Equal(values, channelsLast.ToFloats());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_moving_average_is_the_same_wherever_the_parameters_lie(bool flatTarget, bool flatOnline)
    {
        using var scope = NewDisposeScope();
        var (target, online) = (Parameters(seed: 1), Parameters(seed: 2));
        var expected = target.Zip(online, (t, o) => ((0.9 * t) + (0.1 * o)).ToFloats()).ToList();
        using var ofTarget = flatTarget ? new FlatParameters(target, withGradients: false) : null;

        // The trained network's buffer has further parameters before and behind, as a predictor is.
        using var ofOnline = flatOnline ? new FlatParameters([new Parameter(randn(3)), .. online, new Parameter(randn(3))], withGradients: true) : null;
        var before = online.Select(o => o.ToFloats()).ToList();
        FlatParameters.MoveTowards(target, online, 0.9);

        Assert.All(expected.Zip(target), pair => Assert.All(pair.First.Zip(pair.Second.ToFloats()), v => Assert.Equal(v.First, v.Second, 1e-5)));
        Assert.Equal(before, online.Select(o => o.ToFloats()));
    }

    [Fact]
    public void The_moving_average_skips_what_lies_between()
    {
        using var scope = NewDisposeScope();
        var (target, online) = (Parameters(seed: 1), Parameters(seed: 2));
        var between = new Parameter(ones(40));
        var expected = target.Zip(online, (t, o) => ((0.5 * t) + (0.5 * o)).ToFloats()).ToList();
        using var ofTarget = new FlatParameters([target[0], between, target[1], target[2]], withGradients: false);
        using var ofOnline = new FlatParameters(online, withGradients: false);
        FlatParameters.MoveTowards(target, online, 0.5);

        Assert.All(expected.Zip(target), pair => Assert.All(pair.First.Zip(pair.Second.ToFloats()), v => Assert.Equal(v.First, v.Second, 1e-5)));
        Assert.All(between.ToFloats(), v => Assert.Equal(1, v));
    }

    [Fact]
    public void The_moving_average_tells_buffers_apart()
    {
        using var scope = NewDisposeScope();
        var (target, online) = (Parameters(seed: 1), Parameters(seed: 2));
        var expected = target.Zip(online, (t, o) => ((0.5 * t) + (0.5 * o)).ToFloats()).ToList();
        using var ofTarget = new FlatParameters(target, withGradients: false);
        using var first = new FlatParameters([online[0], new Parameter(zeros(1)), new Parameter(zeros(52))], withGradients: false);
        using var second = new FlatParameters([new Parameter(zeros(15)), online[1], online[2]], withGradients: false);
        FlatParameters.MoveTowards(target, online, 0.5);

        Assert.All(expected.Zip(target), pair => Assert.All(pair.First.Zip(pair.Second.ToFloats()), v => Assert.Equal(v.First, v.Second, 1e-5)));
    }

    [Fact]
    public void Nothing_to_train_and_mixed_types_are_refused()
    {
        using var scope = NewDisposeScope();

        Assert.Throws<ArgumentException>(() => new FlatParameters([], withGradients: true));
        Assert.Throws<ArgumentException>(() => new FlatParameters([new Parameter(zeros(2)), new Parameter(zeros(2, ScalarType.Float64))], withGradients: true));
    }

    /// <summary>Sizes that are no multiples of the alignment.</summary>
    private static List<Parameter> Parameters(long seed)
    {
        var values = Rows.Random(1, 68, seed)[0];
        return [new Parameter(values[..15].reshape(3, 5).clone()), new Parameter(values[15..16].clone()), new Parameter(values[16..].reshape(4, 13).clone())];
    }
}
