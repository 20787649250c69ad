using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>A self-supervised method and its settings: an immutable description, from which the trainer builds heads and loss.</summary>
public abstract record ContrastiveMethod
{
    private protected ContrastiveMethod()
    {
    }

    /// <summary>The name under which the registry knows it, e.g. "simclr".</summary>
    public abstract string Name { get; }

    /// <summary>The number of views a row that the method is defined for: at least this many, and exactly this many unless it takes multi-crop views.</summary>
    public virtual int ViewCount => 2;

    /// <summary>Whether views beyond <see cref="ViewCount"/> are welcome, as smaller crops (DINO).</summary>
    internal virtual bool TakesMultiCrop => false;

    /// <summary>Throws when a setting is out of its range.</summary>
    internal abstract void Validate();

    /// <summary>Builds the network to be trained: encoder, heads and whatever the method carries along.</summary>
    internal abstract MethodModule Create(Backbone backbone);
}
