using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>A pre-norm transformer block: x + attention(norm1(x)), then x + perceptron(norm2(x)), on tokens [B, N, D].</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, Tensor>
{
    private readonly int _heads;
    private readonly int _headDimension;
    private readonly LayerNorm _norm1;
    private readonly Linear _projection;
    private readonly LayerNorm _norm2;
    private readonly Linear _hidden;
    private readonly Linear _output;

    public TransformerBlock(int dimension, int heads, int hiddenDimension, bool queryKeyValueBias)
        : base(nameof(TransformerBlock))
    {
        _heads = heads;
        _headDimension = dimension / heads;
        _norm1 = nn.LayerNorm(dimension, VisionTransformer.LayerNormEpsilon);
        QueryKeyValue = nn.Linear(dimension, 3 * dimension, hasBias: queryKeyValueBias);
        _projection = nn.Linear(dimension, dimension);
        _norm2 = nn.LayerNorm(dimension, VisionTransformer.LayerNormEpsilon);
        _hidden = nn.Linear(dimension, hiddenDimension);
        _output = nn.Linear(hiddenDimension, dimension);

        register_module("norm1", _norm1);
        register_module("attn", new Group(("qkv", QueryKeyValue), ("proj", _projection)));
        register_module("norm2", _norm2);
        register_module("mlp", new Group(("fc1", _hidden), ("fc2", _output)));
    }

    /// <summary>One layer for the queries of all heads, then the keys, then the values.</summary>
    public Linear QueryKeyValue { get; }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input.Plus(Attention(_norm1.call(input)));
        // Not in place: the layer norms keep their inputs for the gradient.
        return x.Plus(_output.call(nn.functional.gelu(_hidden.call(_norm2.call(x))))).MoveToOuterDisposeScope();
    }

    /// <summary>Nothing beyond what the constructor registered: torch would add every field under its C# name too.</summary>
    protected override void RegisterComponents()
    {
    }

    private Tensor Attention(Tensor x)
    {
        (long batch, long tokens, long dimension) = (x.shape[0], x.shape[1], x.shape[2]);
        Tensor[] parts = QueryKeyValue.call(x).reshape(batch, tokens, 3, _heads, _headDimension).permute(2, 0, 3, 1, 4).unbind(0);
        Tensor mixed = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        return _projection.call(mixed.transpose(1, 2).reshape(batch, tokens, dimension));
    }

    /// <summary>Writes the block as ONNX nodes.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="input">Name of the value that holds the tokens.</param>
    /// <param name="path">The block's path in the network, e.g. "blocks.0".</param>
    /// <returns>Name of the value that holds the tokens after the block.</returns>
    public string WriteOnnx(OnnxGraphWriter graph, string input, string path)
    {
        string x = graph.LayerNormalization($"{path}.norm1", input, _norm1, VisionTransformer.LayerNormEpsilon);
        string parts = graph.Transpose(graph.Reshape(graph.Linear($"{path}.attn.qkv", x, QueryKeyValue), 0, 0, 3, _heads, _headDimension), 2, 0, 3, 1, 4);
        string query = graph.Multiply(graph.Gather(parts, index: 0, axis: 0), graph.Scalar((float)(1 / Math.Sqrt(_headDimension))));
        string key = graph.Transpose(graph.Gather(parts, index: 1, axis: 0), 0, 1, 3, 2);
        string weights = graph.Softmax(graph.MatMul(query, key));
        string mixed = graph.Transpose(graph.MatMul(weights, graph.Gather(parts, index: 2, axis: 0)), 0, 2, 1, 3);
        string attention = graph.Linear($"{path}.attn.proj", graph.Reshape(mixed, 0, 0, _heads * _headDimension), _projection);
        x = graph.Add(input, attention);

        string hidden = graph.Linear($"{path}.mlp.fc1", graph.LayerNormalization($"{path}.norm2", x, _norm2, VisionTransformer.LayerNormEpsilon), _hidden);
        return graph.Add(x, graph.Linear($"{path}.mlp.fc2", graph.Gelu(hidden), _output));
    }

    /// <summary>Gives layers the common prefix that checkpoints have for them; what they compute stands above.</summary>
    private sealed class Group : nn.Module
    {
        public Group(params ReadOnlySpan<(string Name, nn.Module Module)> members)
            : base(nameof(Group))
        {
            foreach ((string name, nn.Module module) in members)
                register_module(name, module);
        }
    }
}
