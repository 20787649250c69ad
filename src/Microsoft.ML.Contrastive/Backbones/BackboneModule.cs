using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>
/// A network from normalised images [B, 3, H, W] to pooled features [B, D]. Parameters and buffers carry the names of the field's
/// standard checkpoints (torchvision's for ResNets, DINO's and timm's for vision transformers), without the classifier.
/// </summary>
internal abstract class BackboneModule(string name) : nn.Module<Tensor, Tensor>(name)
{
    /// <summary>Number of features D.</summary>
    public abstract int FeatureDimension { get; }

    /// <summary>What it was built from: building it again gives a network of the same parameters, with other values.</summary>
    public Backbone? Description { get; set; }

    /// <summary>Copies the values of another network of the same description, parameters and buffers, bit for bit.</summary>
    public void CopyFrom(BackboneModule other)
    {
        using var noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> values = other.state_dict();
        foreach ((string name, Tensor tensor) in state_dict())
            tensor.copy_(values[name]);
    }

    /// <summary>The last feature map, before it is pooled: normalised images [B, 3, H, W] to [B, C, h, w]. Only where <see cref="Backbone.HasFeatureMap"/>.</summary>
    public virtual Tensor FeatureMap(Tensor input) => throw new NotSupportedException($"{GetName()} has no feature map.");

    /// <summary>Writes the network as ONNX nodes, in evaluation mode.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="input">Name of the value that holds the normalised images [B, 3, H, W].</param>
    /// <returns>Name of the value that holds the features [B, D].</returns>
    public abstract string WriteOnnx(OnnxGraphWriter graph, string input);

    /// <summary>Writes the network up to its last feature map as ONNX nodes, in evaluation mode. Only where <see cref="Backbone.HasFeatureMap"/>.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="input">Name of the value that holds the normalised images [B, 3, H, W].</param>
    /// <returns>Name of the value that holds the map [B, C, h, w].</returns>
    public virtual string WriteFeatureMapOnnx(OnnxGraphWriter graph, string input) => throw new NotSupportedException($"{GetName()} has no feature map.");

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }
}
