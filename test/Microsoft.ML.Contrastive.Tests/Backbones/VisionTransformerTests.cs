using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Backbones;

public class VisionTransformerTests
{
    [Fact]
    public void Dinos_weights_start_from_a_normal_distribution()
    {
        using BackboneModule network = Backbone.VisionTransformerTiny().Create();
        Dictionary<string, Parameter> parameters = network.named_parameters().ToDictionary(p => p.name, p => p.parameter);

        foreach (string name in new[] { "pos_embed", "blocks.0.attn.qkv.weight", "blocks.11.mlp.fc2.weight" })
            Assert.Equal(.02, parameters[name].detach().std().item<float>(), tolerance: .001);
        Assert.Equal(0, parameters["blocks.3.mlp.fc1.bias"].abs().max().item<float>());
        Assert.All(parameters.Values, p => Assert.True(p.requires_grad));
    }

    [Fact]
    public void The_variant_of_moco_v3_has_a_fixed_embedding_and_xaviers_weights()
    {
        using BackboneModule network = Backbone.VisionTransformerSmall(variant: VisionTransformerVariant.MoCoV3).Create();
        Dictionary<string, Parameter> parameters = network.named_parameters().ToDictionary(p => p.name, p => p.parameter);
        const int D = 384, Patch = 16;

        Assert.Equal(["pos_embed"], parameters.Where(p => !p.Value.requires_grad).Select(p => p.Key));
        Assert.Equal(0, parameters["pos_embed"].detach()[0, 0].abs().max().item<float>());
        // Query, key and value count as three layers of D × D, not one of D × 3D: √(6 / (D + D)).
        Assert.Equal(Math.Sqrt(6.0 / (D + D)), parameters["blocks.0.attn.qkv.weight"].detach().max().item<float>(), tolerance: 1e-3);
        Assert.Equal(Math.Sqrt(6.0 / (D + (4 * D))), parameters["blocks.0.mlp.fc1.weight"].detach().max().item<float>(), tolerance: 1e-3);
        Assert.Equal(Math.Sqrt(6.0 / ((3 * Patch * Patch) + D)), parameters["patch_embed.proj.weight"].detach().max().item<float>(), tolerance: 1e-3);
        Assert.True(parameters["cls_token"].detach().abs().max().item<float>() < 1e-5);
    }

    [Fact]
    public void An_image_of_the_embeddings_own_size_gets_it_unchanged()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedding = randn(1, 17, 8);

        Assert.True(PositionEmbedding.Interpolate(embedding, 4, 4).equal(embedding).all().item<bool>());
    }

    [Fact]
    public void A_constant_embedding_stays_constant_at_every_size()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedding = ones(1, 17, 8);

        foreach ((long rows, long columns) in new[] { (2L, 2L), (3L, 7L), (9L, 4L) })
        {
            Tensor resized = PositionEmbedding.Interpolate(embedding, rows, columns);
            Assert.Equal([1, 1 + (rows * columns), 8], resized.shape);
            Assert.True((resized - 1).abs().max().item<float>() < 1e-5);
        }
    }

    [Fact]
    public void Features_depend_on_where_a_patch_lies()
    {
        using BackboneModule network = Backbone.VisionTransformerTiny(8, 32).Create();
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor images = randn(1, 3, 32, 32);

        Tensor moved = network.call(images.roll(8, 3)) - network.call(images);

        Assert.True(moved.abs().max().item<float>() > 1e-4);
    }

    [Fact]
    public void Tokens_of_the_last_blocks_are_those_of_networks_that_end_there()
    {
        const int D = 12, Depth = 4;
        using VisionTransformer whole = Tiny(Depth);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor images = randn(3, 3, 16, 24);

        Tensor tokens = whole.Tokens(images, classTokens: 3, meanPatchToken: true);

        Assert.Equal([3, 4 * D], tokens.shape);
        Dictionary<string, Tensor> weights = whole.state_dict();
        for (int blocks = 2; blocks <= Depth; blocks++)
        {
            using VisionTransformer cut = Tiny(blocks);
            foreach ((string name, Tensor weight) in cut.state_dict())
                weight.copy_(weights[name]);
            Assert.True(tokens.narrow(1, (blocks - 2) * D, D).allclose(cut.call(images)), $"class token behind block {blocks}");
        }

        // By hand: all patches, in front of the blocks, through them, the norm, the mean.
        Tensor x = Child("patch_embed").call(images).flatten(2).transpose(1, 2);
        x = cat([weights["cls_token"].expand(3, -1, -1), x], dim: 1) + PositionEmbedding.Interpolate(weights["pos_embed"], 2, 3);
        x = nn.functional.layer_norm(Child("blocks").call(x), [D], weights["norm.weight"], weights["norm.bias"], VisionTransformer.LayerNormEpsilon);
        Assert.True(tokens.narrow(1, 3 * D, D).allclose((x.sum(1) - x[.., 0]) / 6, atol: 1e-5), "mean patch token");

        nn.Module<Tensor, Tensor> Child(string name) => (nn.Module<Tensor, Tensor>)whole.named_children().Single(child => child.name == name).module;

        static VisionTransformer Tiny(int depth) => new(imageSize: 16, patchSize: 8, dimension: D, depth, heads: 2);
    }

    [Fact]
    public void A_dimension_that_does_not_split_into_sines_and_cosines_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PositionEmbedding.SineCosine(2, 2, 6));
}
