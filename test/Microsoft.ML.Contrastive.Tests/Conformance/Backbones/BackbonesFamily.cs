using System.Text.Json;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Backbones;

/// <summary>Family 3: ResNets, vision transformers and DINO's head with weights from the deterministic fill, and position embeddings alone.</summary>
internal sealed class BackbonesFamily : GoldenFamily
{
    public override string Name => "backbones";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        JsonElement p = c.Params;
        if (p.TryGetProperty("grid_h", out JsonElement rows))
        {
            using Tensor embedding = PositionEmbedding.SineCosine(rows.GetInt32(), p.GetProperty("grid_w").GetInt32(), p.GetProperty("embed_dim").GetInt32());
            check.Array("pos_embed", embedding.data<float>().ToArray());
        }
        else if (p.TryGetProperty("input_hw", out JsonElement size))
        {
            NpyArray embedding = c.Input("pos_embed");
            int patch = p.GetProperty("patch_size").GetInt32();
            Tensor interpolated = PositionEmbedding.Interpolate(
                tensor(embedding.Floats(), [.. embedding.Shape.Select(n => (long)n)]), size[0].GetInt32() / patch, size[1].GetInt32() / patch);
            check.Array("interpolated", interpolated.contiguous().data<float>().ToArray());
        }
        else
        {
            foreach (string mode in new[] { "eval", "train" })
            {
                if (c.ExpectedNames.Any(n => n.Contains(mode, StringComparison.Ordinal)))
                    NetworkCase.Run(c, check, Network(p), mode);
            }
        }
    }

    private static nn.Module<Tensor, Tensor> Network(JsonElement p)
    {
        if (p.TryGetProperty("bottleneck_dim", out JsonElement bottleneck))
        {
            Dino head = new()
            {
                HiddenDimension = p.GetProperty("hidden_dim").GetInt32(),
                BottleneckDimension = bottleneck.GetInt32(),
                Prototypes = p.GetProperty("out_dim").GetInt32(),
                HeadLayers = p.GetProperty("nlayers").GetInt32(),
                HeadBatchNorm = p.GetProperty("use_bn").GetBoolean(),
                NormalizePrototypes = false, // The case has gradients of the lengths too.
            };
            return new DinoHead(head, p.GetProperty("in_dim").GetInt32());
        }

        if (p.TryGetProperty("arch", out JsonElement architecture))
        {
            string stem = p.TryGetProperty("stem", out JsonElement s) ? s.GetString()! : "imagenet";
            return Backbone.Parse(architecture.GetString()! + (stem == "imagenet" ? "" : "-" + stem)).Create();
        }

        return new VisionTransformer(
            p.GetProperty("img_size")[0].GetInt32(),
            p.GetProperty("patch_size").GetInt32(),
            p.GetProperty("embed_dim").GetInt32(),
            p.GetProperty("depth").GetInt32(),
            p.GetProperty("num_heads").GetInt32(),
            p.TryGetProperty("mlp_ratio", out JsonElement ratio) ? ratio.GetDouble() : 4,
            !p.TryGetProperty("qkv_bias", out JsonElement bias) || bias.GetBoolean());
    }
}
