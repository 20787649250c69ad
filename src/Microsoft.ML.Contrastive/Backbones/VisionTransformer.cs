using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>
/// The vision transformer of Dosovitskiy et al. (2021) in the form of DINO and timm: images [B, 3, H, W] to the class token after the last layer norm,
/// [B, D]. Parameters are named as there ("cls_token", "pos_embed", "patch_embed.proj", "blocks.0.attn.qkv", …).
/// </summary>
internal sealed class VisionTransformer : BackboneModule
{
    /// <summary>As in DINO, timm and the original code (torch's own default is 1e-5).</summary>
    public const double LayerNormEpsilon = 1e-6;

    private const double DinoStd = .02, DinoBound = 2, MoCoV3ClassTokenStd = 1e-6;

    private readonly int _patchSize;
    // Torch replaces parameters when the network moves to another device, and finds the field by the name.
    [ComponentName(Name = "cls_token")]
    private readonly Parameter _classToken;
    [ComponentName(Name = "pos_embed")]
    private readonly Parameter _positionEmbedding;
    private readonly Conv2d _patchEmbedding;
    private readonly TransformerBlock[] _blocks;
    private readonly LayerNorm _norm;

    /// <summary>Builds the network with fresh weights.</summary>
    /// <param name="imageSize">Side in pixels of the images that the position embedding is made for.</param>
    /// <param name="patchSize">Side of a patch in pixels.</param>
    /// <param name="dimension">Features D, a multiple of <paramref name="heads"/>.</param>
    /// <param name="depth">Number of blocks.</param>
    /// <param name="heads">Number of attention heads.</param>
    /// <param name="mlpRatio">Hidden units of a block's perceptron as a multiple of <paramref name="dimension"/>.</param>
    /// <param name="queryKeyValueBias">Whether the projection to queries, keys and values has a bias.</param>
    /// <param name="variant">Which position embedding and initialisation.</param>
    public VisionTransformer(
        int imageSize,
        int patchSize,
        int dimension,
        int depth,
        int heads,
        double mlpRatio = 4,
        bool queryKeyValueBias = true,
        VisionTransformerVariant variant = VisionTransformerVariant.Dino)
        : base(nameof(VisionTransformer))
    {
        FeatureDimension = dimension;
        _patchSize = patchSize;
        int side = imageSize / patchSize;
        bool isFixed = variant == VisionTransformerVariant.MoCoV3;
        _classToken = nn.Parameter(zeros(1, 1, dimension));
        _positionEmbedding = nn.Parameter(isFixed ? PositionEmbedding.SineCosine(side, side, dimension) : zeros(1, 1 + (side * side), dimension), requires_grad: !isFixed);
        _patchEmbedding = nn.Conv2d(3, dimension, kernel_size: patchSize, stride: patchSize);
        _blocks = [.. Enumerable.Range(0, depth).Select(_ => new TransformerBlock(dimension, heads, (int)(dimension * mlpRatio), queryKeyValueBias))];
        _norm = nn.LayerNorm(dimension, LayerNormEpsilon);

        register_parameter("cls_token", _classToken);
        register_parameter("pos_embed", _positionEmbedding);
        register_module("patch_embed", new PatchEmbedding(_patchEmbedding));
        register_module("blocks", nn.Sequential(_blocks));
        register_module("norm", _norm);
        Initialize(variant);
    }

    public override int FeatureDimension { get; }

    /// <summary>The convolution that turns patches into tokens. MoCo v3 freezes it.</summary>
    public Conv2d PatchProjection => _patchEmbedding;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Through(Embed(input), 0, _blocks.Length);

        // The norm acts on each token alone, so only the class token needs it.
        return _norm.call(x[.., 0]).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Class tokens of the last blocks, the earliest first, then the mean of the last block's patch tokens, side by side and all behind the last norm: what DINO's linear evaluation is given
    /// (<c>get_intermediate_layers</c> and <c>eval_linear.py</c>, whose mean patch token alternates with the class token: the same up to the order of the columns).
    /// </summary>
    /// <param name="input">Normalised images [B, 3, H, W].</param>
    /// <param name="classTokens">Of how many blocks the class token is taken: 1 to the number of blocks.</param>
    /// <param name="meanPatchToken">Whether the mean patch token follows.</param>
    /// <returns>[B, D × (<paramref name="classTokens"/> + 1 with the mean patch token)].</returns>
    public Tensor Tokens(Tensor input, int classTokens, bool meanPatchToken)
    {
        using DisposeScope scope = NewDisposeScope();
        var tokens = new List<Tensor>();
        int first = _blocks.Length - classTokens;
        Tensor x = Through(Embed(input), 0, first);
        for (int i = first; i < _blocks.Length; i++)
        {
            x = Through(x, i, i + 1);
            tokens.Add(_norm.call(x[.., 0]));
        }

        if (meanPatchToken)
            tokens.Add(_norm.call(x.narrow(1, 1, x.shape[1] - 1)).mean([1L]));
        return cat(tokens, dim: 1).MoveToOuterDisposeScope();
    }

    public override string WriteOnnx(OnnxGraphWriter graph, string input)
    {
        string patches = graph.Convolution("patch_embed.proj", input, _patchEmbedding);
        string tokens = graph.Transpose(graph.Reshape(patches, 0, FeatureDimension, -1), 0, 2, 1);
        string classToken = graph.ExpandToBatch(graph.Initializer("cls_token", _classToken), input, 1, FeatureDimension);

        // The size of an exported graph's images is fixed, so the interpolation happens here.
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor position = PositionEmbedding.Interpolate(_positionEmbedding, graph.ImageHeight / _patchSize, graph.ImageWidth / _patchSize);
        string x = graph.Add(graph.Concat(1, classToken, tokens), graph.Initializer("pos_embed", position));
        for (int i = 0; i < _blocks.Length; i++)
            x = _blocks[i].WriteOnnx(graph, x, $"blocks.{i}");
        return graph.LayerNormalization("norm", graph.Gather(x, index: 0, axis: 1), _norm, LayerNormEpsilon);
    }

    /// <summary>Class and patch tokens [B, N, D] in front of the first block.</summary>
    private Tensor Embed(Tensor input)
    {
        Tensor patches = _patchEmbedding.call(input);
        Tensor position = PositionEmbedding.Interpolate(_positionEmbedding, patches.shape[2], patches.shape[3]);
        return cat([_classToken.expand(input.shape[0], -1, -1), patches.flatten(2).transpose(1, 2)], dim: 1).Add(position);
    }

    /// <summary>The tokens behind some of the blocks; those before them are released.</summary>
    private Tensor Through(Tensor x, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            Tensor next = _blocks[i].call(x);
            x.Dispose();
            x = next;
        }

        return x;
    }

    private void Initialize(VisionTransformerVariant variant)
    {
        using var noGrad = no_grad();
        IEnumerable<Linear> linears = _blocks.SelectMany(b => b.modules().OfType<Linear>());
        if (variant == VisionTransformerVariant.Dino)
        {
            TorchInitialization.TruncatedNormal(_classToken, DinoStd, DinoBound);
            TorchInitialization.TruncatedNormal(_positionEmbedding, DinoStd, DinoBound);
            foreach (Linear linear in linears)
            {
                TorchInitialization.TruncatedNormal(linear.weight!, DinoStd, DinoBound);
                Zero(linear.bias);
            }

            return;
        }

        nn.init.normal_(_classToken, std: MoCoV3ClassTokenStd);
        nn.init.xavier_uniform_(_patchEmbedding.weight.view(FeatureDimension, -1));
        Zero(_patchEmbedding.bias);
        foreach (TransformerBlock block in _blocks)
        {
            foreach (Tensor part in block.QueryKeyValue.weight!.chunk(3))
                nn.init.xavier_uniform_(part);
            Zero(block.QueryKeyValue.bias);
        }

        foreach (Linear linear in linears.Except(_blocks.Select(b => b.QueryKeyValue)))
        {
            nn.init.xavier_uniform_(linear.weight!);
            Zero(linear.bias);
        }

        static void Zero(Tensor? bias)
        {
            if (bias is not null)
                nn.init.zeros_(bias);
        }
    }

    /// <summary>Gives the convolution the name that checkpoints have for it.</summary>
    private sealed class PatchEmbedding : nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d _projection;

        public PatchEmbedding(Conv2d projection)
            : base(nameof(PatchEmbedding))
        {
            _projection = projection;
            register_module("proj", projection);
        }

        public override Tensor forward(Tensor input) => _projection.call(input);

        protected override void RegisterComponents()
        {
        }
    }
}
