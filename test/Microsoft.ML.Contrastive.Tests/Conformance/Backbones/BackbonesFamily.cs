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
        GoldenParameters p = c.Params;
        if (p.TryGetProperty("grid_h", out JsonElement rows))
        {
            using Tensor embedding = PositionEmbedding.SineCosine(rows.GetInt32(), p.Whole("grid_w"), p.Whole("embed_dim"), p.Number("temperature", 10000));
            check.Array("pos_embed", embedding.data<float>().ToArray());
        }
        else if (p.TryGetProperty("input_hw", out JsonElement size))
        {
            p.Informational("img_size", "embed_dim", "depth", "num_heads", "mlp_ratio", "qkv_bias");
            NpyArray embedding = c.Input("pos_embed");
            int patch = p.Whole("patch_size");
            Tensor interpolated = PositionEmbedding.Interpolate(
                tensor(embedding.Floats(), [.. embedding.Shape.Select(n => (long)n)]), size[0].GetInt32() / patch, size[1].GetInt32() / patch);
            check.Array("interpolated", interpolated.contiguous().data<float>().ToArray());
        }
        else
        {
            p.Informational("checks_of_fill", "input_first_values");
            foreach (string mode in new[] { "eval", "train" })
            {
                if (c.ExpectedNames.Any(n => n.Contains(mode, StringComparison.Ordinal)))
                    NetworkCase.Run(c, check, Network(p), mode);
            }
        }
    }

    private static nn.Module<Tensor, Tensor> Network(GoldenParameters p)
    {
        if (p.TryGetProperty("bottleneck_dim", out JsonElement bottleneck))
        {
            p.Require("last_layer", "weight = weight_g * weight_v / ||weight_v||_row, no bias");
            Dino head = new()
            {
                HiddenDimension = p.Whole("hidden_dim"),
                BottleneckDimension = bottleneck.GetInt32(),
                Prototypes = p.Whole("out_dim"),
                HeadLayers = p.Whole("nlayers"),
                HeadBatchNorm = p.Flag("use_bn", false),
                NormalizePrototypes = p.Flag("norm_last_layer", false), // The cases have gradients of the lengths too.
            };
            return new DinoHead(head, p.Whole("in_dim"));
        }

        if (p.Text("arch") is { } architecture)
        {
            string stem = p.Text("stem") ?? "imagenet";
            return Backbone.Parse(architecture + (stem == "imagenet" ? "" : "-" + stem)).Create();
        }

        JsonElement size = p.GetProperty("img_size");
        return new VisionTransformer(
            size.ValueKind == JsonValueKind.Array ? size[0].GetInt32() : size.GetInt32(),
            p.Whole("patch_size"),
            p.Whole("embed_dim"),
            p.Whole("depth"),
            p.Whole("num_heads"),
            p.Number("mlp_ratio", 4),
            p.Flag("qkv_bias", true));
    }
}
