using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// A network that follows another of equal build as the moving average of its parameters, and is trained in no other way. The running statistics
/// of its batch norms are its own, from its own passes in training mode, as in all the originals. No gradient passes through it.
/// </summary>
internal sealed class MomentumCopy : nn.Module<Tensor, Tensor>
{
    private readonly ProjectedEncoder _network;
    private readonly ProjectedEncoder _followed;
    private FlatParameters? _flat;

    /// <param name="network">What becomes the copy; frozen here.</param>
    /// <param name="followed">The network that is trained.</param>
    /// <param name="sameStart">Whether the copy starts with the weights and statistics of the other, or keeps those it was built with.</param>
    public MomentumCopy(ProjectedEncoder network, ProjectedEncoder followed, bool sameStart = true)
        : base(nameof(MomentumCopy))
    {
        (_network, _followed) = (network, followed);
        foreach (var (name, child) in network.named_children())
            register_module(name, child);
        if (sameStart)
            network.load_state_dict(followed.state_dict());
        foreach (var parameter in network.parameters())
            parameter.requires_grad = false;
    }

    public override Tensor forward(Tensor input)
    {
        using var noGrad = no_grad();
        return _network.call(input);
    }

    /// <summary>copy ← momentum · copy + (1 − momentum) · followed.</summary>
    public void Follow(double momentum)
    {
        var own = parameters().ToList();

        // Moving a network to another device gives it new parameters: lay those out then.
        if (_flat is null || !ReferenceEquals(_flat.Parameters[0], own[0]))
        {
            _flat?.Dispose();
            _flat = new FlatParameters(own, withGradients: false);
        }

        FlatParameters.MoveTowards(own, [.. _followed.parameters()], momentum);
    }

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _flat?.Dispose();
        base.Dispose(disposing);
    }
}
