namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Which network is trained: an immutable description, from which a network is built with fresh weights.</summary>
public abstract record Backbone
{
    private protected Backbone()
    {
    }

    /// <summary>The name under which the registry knows it, e.g. "resnet18" or "resnet50-cifar".</summary>
    public abstract string Name { get; }

    /// <summary>Number of features D that come out.</summary>
    public abstract int FeatureDimension { get; }

    /// <summary>Builds the network with fresh weights from torch's global random numbers.</summary>
    internal abstract BackboneModule Create();
}
