using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Methods;

public class FreshWeightsTests
{
    public static TheoryData<ContrastiveMethod, string> Methods => new()
    {
        { new SimClr(), "resnet10-compact-w0.125" },
        { new MoCo(), "resnet10-compact-w0.125" },
        { new MoCoV3(), "vit-tiny-16-32px-mocov3" },
        { new Byol(), "resnet10-compact-w0.125" },
        { new SimSiam(), "resnet10-compact-w0.125" },
        { new Dino { Prototypes = 64 }, "vit-tiny-16-32px" },
    };

    /// <summary>Units of a layer that start alike get the same gradients and stay alike for ever.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void No_two_units_of_a_layer_start_alike(ContrastiveMethod method, string backbone)
    {
        using MethodModule module = method.Create(Backbone.Parse(backbone));

        foreach ((string name, TorchSharp.Modules.Parameter weight) in module.named_parameters().Where(p => p.parameter.dim() > 1 && p.parameter.shape[0] > 1))
        {
            if (name.EndsWith("weight_g", StringComparison.Ordinal)) // lengths, one a unit, all 1 at the start
                continue;
            using TorchSharp.torch.Tensor difference = weight.detach()[0] - weight.detach()[1];
            Assert.True(difference.abs().max().item<float>() > 1e-6, name);
        }
    }
}
