using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>An encoder and the projector behind it: what the methods with a momentum copy have twice. Images [B, 3, H, W] to projections [B, d].</summary>
internal sealed class ProjectedEncoder : nn.Module<Tensor, Tensor>
{
    public ProjectedEncoder(BackboneModule encoder, nn.Module<Tensor, Tensor> projector)
        : base(nameof(ProjectedEncoder))
    {
        Encoder = encoder;
        Projector = projector;
        register_module("encoder", encoder);
        register_module("projector", projector);
    }

    public BackboneModule Encoder { get; }

    public nn.Module<Tensor, Tensor> Projector { get; }

    public override Tensor forward(Tensor input) => Projector.call(Encoder.call(input));

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }
}
