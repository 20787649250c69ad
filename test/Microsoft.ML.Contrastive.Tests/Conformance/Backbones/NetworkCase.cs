using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Backbones;

/// <summary>
/// The part that all cases with a network share: weights, input and cotangent R by the deterministic fill; features; gradients of
/// L = sum(features · R) / batch; running statistics after the single forward pass in training mode. Features are computed in single and in double
/// precision, the rest in double as the references were: a ResNet-50's gradients in training mode are so ill-conditioned that single precision
/// differs by percents between numbers of threads, and a wrong formula could hide in that.
/// </summary>
internal static class NetworkCase
{
    /// <param name="c">The case.</param>
    /// <param name="check">Where results go.</param>
    /// <param name="network">A fresh network; it is disposed.</param>
    /// <param name="mode">"eval" or "train".</param>
    public static void Run(GoldenCase c, GoldenCheck check, nn.Module<Tensor, Tensor> network, string mode)
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> owned = network;
        Dictionary<string, Tensor> state = network.state_dict().Where(e => !e.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToDictionary();
        RequireSameNamesAndShapes(c, state);
        network.train(mode == "train");
        Fill(network);
        long[] shape = [.. c.Params.GetProperty("input_shape").EnumerateArray().Select(n => n.GetInt64())];
        Tensor single = Hashed($"{c.Name}.input", shape, 1.7);
        check.Array($"features_{mode}", Floats(network.call(single)));

        network.to(float64);
        Fill(network);
        Tensor input = single.to(float64).requires_grad_(true);
        Tensor features = network.call(input);
        Tensor cotangent = Hashed($"{c.Name}.cotangent", features.shape, 1).to(float64);
        ((features * cotangent).sum() / shape[0]).backward();

        check.Array($"features_{mode}", Floats(features));
        Dictionary<string, Tensor> gradients = network.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!);
        Dictionary<string, double> norms = gradients.ToDictionary(g => g.Key, g => Norm(g.Value));
        check.Numbers($"grad_norm_per_tensor_{mode}", norms);
        check.Number($"grad_norm_total_{mode}", Math.Sqrt(norms.Values.Sum(n => n * n)));
        check.Number($"grad_input_norm_{mode}", Norm(input.grad!));

        string whole = $"grad_{mode}.";
        foreach (string name in c.ExpectedNames.Where(n => n.StartsWith(whole, StringComparison.Ordinal)))
            check.Array(name, Floats(gradients[name[whole.Length..]]));
        const string Statistics = "after_train_forward.";
        if (mode == "train")
        {
            foreach (string name in c.ExpectedNames.Where(n => n.StartsWith(Statistics, StringComparison.Ordinal)))
                check.Array(name, Floats(network.get_buffer(name[Statistics.Length..])!));
        }
    }

    private static void Fill(nn.Module network)
    {
        foreach ((string name, Tensor value) in network.state_dict())
            DeterministicFill.Fill(name, value);
    }

    private static void RequireSameNamesAndShapes(GoldenCase c, Dictionary<string, Tensor> state)
    {
        string[] expected = [.. c.Params.GetProperty("tensors").EnumerateArray().Select(t => $"{t[0].GetString()} {string.Join('x', t[1].EnumerateArray())}").Order()];
        string[] got = [.. state.Select(e => $"{e.Key} {string.Join('x', e.Value.shape)}").Order()];
        if (!got.SequenceEqual(expected))
        {
            throw new InvalidDataException(
                $"{c.Name}: the network lacks {string.Join(", ", expected.Except(got))} and has in surplus {string.Join(", ", got.Except(expected))}.");
        }
    }

    private static Tensor Hashed(string name, long[] shape, double factor)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(factor * ((2 * DeterministicFill.Uniform(name, i)) - 1));
        return tensor(values, shape);
    }

    private static double Norm(Tensor t) => t.detach().to(float64).norm().item<double>();

    private static float[] Floats(Tensor t) => t.detach().to(float32).contiguous().data<float>().ToArray();
}
