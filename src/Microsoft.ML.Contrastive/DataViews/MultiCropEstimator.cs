using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Makes views of two sizes: large crops of much of the image, and small crops of little of it (multi-crop: Caron et al., SwAV, NeurIPS 2020; DINO).</summary>
/// <remarks>
/// <para>It is two crop steps in one, for the global and for the local views, which later steps extend together or apart. The areas within each group can be drawn
/// together (JointCrop paper, AAAI-25); see <see cref="Augmentation.JointOver"/> for which of the pairs that a loss compares this touches.</para>
/// <list type="table">
/// <item><term>Looks at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input columns</term><description>One image (<c>MLImage</c>) of any size</description></item>
/// <item><term>Output columns</term><description>Images (<c>MLImage</c>) of two known sizes, which carry their plan: the global views, then the local ones</description></item>
/// <item><term>When they are computed</term><description>When they are read; equal for every cursor, order and thread</description></item>
/// <item><term>In a saved model</term><description>Nothing: views are for training</description></item>
/// <item><term>Caution</term><description><c>AppendCacheCheckpoint</c>, <c>Cache</c> and <c>ShuffleRows</c> drop image columns without a word: shuffle paths before the
/// images are loaded</description></item>
/// </list>
/// </remarks>
public sealed class MultiCropEstimator : IEstimator<TransformerChain<AugmentationTransformer>>
{
    /// <summary>Default side of local views in pixels (DINO, <c>DataAugmentationDINO</c>).</summary>
    public const int DefaultLocalSize = 96;

    /// <summary>Default of the smallest area of a local crop (DINO, <c>--local_crops_scale</c>).</summary>
    public const double DefaultMinLocalScale = 0.05;

    /// <summary>Default of the largest area of a local and smallest of a global crop: DINO's with vision transformers; 0.14 with ResNet-50.</summary>
    public const double DefaultSplitScale = 0.4;

    private readonly EstimatorChain<AugmentationTransformer> _crops;

    internal MultiCropEstimator(IHostEnvironment env, Options options)
    {
        if (options.GlobalColumnNames.Intersect(options.LocalColumnNames).FirstOrDefault() is { } twice)
            throw new ArgumentException($"The view column '{twice}' is both a global and a local view; name each once.", nameof(options));
        _crops = new EstimatorChain<ITransformer>()
            .Append(Crop(env, options, options.GlobalColumnNames, options.Global, JointOver.Global))
            .Append(Crop(env, options, options.LocalColumnNames, options.Local, JointOver.Local));
    }

    /// <inheritdoc cref="AugmentationEstimator.Fit"/>
    public TransformerChain<AugmentationTransformer> Fit(IDataView input) => _crops.Fit(input);

    /// <inheritdoc cref="AugmentationEstimator.GetOutputSchema"/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _crops.GetOutputSchema(inputSchema);

    private static CropViewsEstimator Crop(IHostEnvironment env, Options options, string[] names, RandomResizedCrop crop, JointOver group)
    {
        CropStep step = options.JointOver.HasFlag(group) ? JointCrop.InPlaceOf(crop) with { Law = options.Law, Pairing = options.Pairing } : crop;
        return new CropViewsEstimator(env, new() { OutputColumnNames = names, InputColumnName = options.InputColumnName, Seed = options.Seed, Step = step });
    }

    /// <summary>Options of <see cref="MultiCropEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>Names of the columns of the global views: at least one, at least two to be drawn jointly. A method takes them before the local ones.</summary>
        /// <value>The default value is <c>Global1</c>, <c>Global2</c>.</value>
        public string[] GlobalColumnNames { get; set; } = ["Global1", "Global2"];

        /// <summary>Names of the columns of the local views: at least one, at least two to be drawn jointly.</summary>
        /// <value>The default value is <c>Local1</c> to <c>Local6</c>.</value>
        public string[] LocalColumnNames { get; set; } = ["Local1", "Local2", "Local3", "Local4", "Local5", "Local6"];

        /// <summary>Name of the image column that the views are made from.</summary>
        /// <value>The default value is <c>Image</c>.</value>
        public string InputColumnName { get; set; } = "Image";

        /// <summary>Seed of the views' random numbers.</summary>
        /// <value>The default value is null, with the meaning of <see cref="AugmentationEstimator.CropOptions.Seed"/>.</value>
        public int? Seed { get; set; }

        /// <summary>Size, areas, aspect ratios and filter of the global crops.</summary>
        /// <value>The default value is DINO's: 224 pixels, areas of 0.4 to 1, bicubic.</value>
        public RandomResizedCrop Global { get; set; } = Like(AugmentationEstimator.CropOptions.DefaultImageSize, DefaultSplitScale, 1);

        /// <summary>Size, areas, aspect ratios and filter of the local crops.</summary>
        /// <value>The default value is DINO's: 96 pixels, areas of 0.05 to 0.4, bicubic.</value>
        public RandomResizedCrop Local { get; set; } = Like(DefaultLocalSize, DefaultMinLocalScale, DefaultSplitScale);

        /// <summary>The crops whose areas are drawn together, by <see cref="JointCrop"/> in place of <see cref="RandomResizedCrop"/>.</summary>
        /// <value>The default value is <see cref="JointOver.None"/>.</value>
        public JointOver JointOver { get; set; }

        /// <summary>The law of the log of the area ratio of two crops of a group.</summary>
        /// <value>The default value is <c>new BetaLaw(0)</c> (JointCrop paper, AAAI-25).</value>
        public JointLaw Law { get; set; } = new BetaLaw();

        /// <summary>How the pair law is carried to a group of more than two.</summary>
        /// <value>The default value is <see cref="ViewPairing.Star"/>.</value>
        public ViewPairing Pairing { get; set; } = ViewPairing.Star;

        internal static RandomResizedCrop Like(int imageSize, double minScale, double maxScale) =>
            new() { OutputSize = new ImageSize(imageSize, imageSize), Scale = (minScale, maxScale), Filter = ResizeFilter.Bicubic };
    }
}
