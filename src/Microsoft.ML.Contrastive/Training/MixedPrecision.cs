using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// Runs the networks of a method, encoders and heads, in bfloat16 while they train. What comes out of each is in single precision again, so that no loss,
/// queue or centre sees anything else; methods know nothing of it.
/// </summary>
internal sealed class MixedPrecision : IDisposable
{
    private readonly List<Action> _detach = [];
    private readonly DeviceType _device;
    private int _entered;

    /// <param name="method">The method, on its device.</param>
    /// <param name="device">That device's type.</param>
    public MixedPrecision(TrainingModule method, DeviceType device)
    {
        _device = device;
        foreach (nn.Module child in method.children())
            Attach(child);
    }

    public void Dispose()
    {
        _detach.ForEach(detach => detach());
        _detach.Clear();

        // A network that threw has not left.
        for (; _entered > 0; _entered--)
            Autocast.Leave(_device);
    }

    private void Attach(nn.Module module)
    {
        // Those that only join an encoder and a head; methods also call the two by themselves.
        if (module is ProjectedEncoder or MomentumCopy)
        {
            foreach (nn.Module child in module.children())
                Attach(child);
        }
        else if (module is nn.Module<Tensor, Tensor> network)
        {
            var entering = network.register_forward_pre_hook(Enter);
            var leaving = network.register_forward_hook(Leave);
            _detach.Add(entering.remove);
            _detach.Add(leaving.remove);
        }
    }

    /// <summary>Measurements between epochs, in evaluation mode, are in single precision.</summary>
    private Tensor Enter(nn.Module<Tensor, Tensor> network, Tensor input)
    {
        if (network.training)
        {
            Autocast.Enter(_device);
            _entered++;
        }

        return input;
    }

    private Tensor Leave(nn.Module<Tensor, Tensor> network, Tensor input, Tensor output)
    {
        if (!network.training)
            return output;
        Autocast.Leave(_device);
        _entered--;
        return output.to(float32);
    }
}
