using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Seams;
using Steps = Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML;

/// <content>Steps that make views.</content>
public static partial class AugmentationCatalog
{
    /// <summary>Makes views by crops whose areas are drawn together: <see cref="JointCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least two, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="imageSize">Width and height of the views in pixels, at least 1. The default value is 224.</param>
    /// <param name="beta">
    /// Parameter of the law of the area ratio of two views (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more
    /// different views. The default value is 0.
    /// </param>
    /// <param name="minScale">Smallest area of a crop as a fraction of the image's, above 0 and below <paramref name="maxScale"/>. The default value is 0.2.</param>
    /// <param name="maxScale">Largest area, at most 1. The default value is 1.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static JointCropEstimator JointCrop(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName,
        int imageSize = AugmentationEstimator.CropOptions.DefaultImageSize, double beta = BetaLaw.DefaultBeta,
        double minScale = RandomCrop.DefaultMinScale, double maxScale = RandomCrop.DefaultMaxScale, int? seed = null) =>
        catalog.JointCrop(new JointCropEstimator.Options
        {
            OutputColumnNames = outputColumnNames,
            InputColumnName = inputColumnName,
            Seed = seed,
            Step = new Steps.JointCrop { OutputSize = new ImageSize(imageSize, imageSize), Beta = beta, Scale = (minScale, maxScale) },
        });

    /// <inheritdoc cref="JointCrop(TransformsCatalog, string[], string, int, double, double, double, int?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static JointCropEstimator JointCrop(this TransformsCatalog catalog, JointCropEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new JointCropEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Makes views by crops with independent, exactly uniform areas: <see cref="IndependentCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least one, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="imageSize">Width and height of the views in pixels, at least 1. The default value is 224.</param>
    /// <param name="minScale">Smallest area of a crop as a fraction of the image's, above 0. The default value is 0.2.</param>
    /// <param name="maxScale">Largest area, at most 1. The default value is 1.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static IndependentCropEstimator IndependentCrop(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName,
        int imageSize = AugmentationEstimator.CropOptions.DefaultImageSize, double minScale = RandomCrop.DefaultMinScale,
        double maxScale = RandomCrop.DefaultMaxScale, int? seed = null) =>
        catalog.IndependentCrop(new IndependentCropEstimator.Options
        {
            OutputColumnNames = outputColumnNames,
            InputColumnName = inputColumnName,
            Seed = seed,
            Step = new Steps.IndependentCrop { OutputSize = new ImageSize(imageSize, imageSize), Scale = (minScale, maxScale) },
        });

    /// <inheritdoc cref="IndependentCrop(TransformsCatalog, string[], string, int, double, double, int?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static IndependentCropEstimator IndependentCrop(this TransformsCatalog catalog, IndependentCropEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new IndependentCropEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Makes views by independent crops whose areas are distributed as in JointCrop: <see cref="MarginalOnlyCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least one, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="imageSize">Width and height of the views in pixels, at least 1. The default value is 224.</param>
    /// <param name="beta">
    /// Parameter of the law of the area ratio that the areas are taken from (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below
    /// 0 for more different views. The default value is 0.
    /// </param>
    /// <param name="minScale">Smallest area of a crop as a fraction of the image's, above 0 and below <paramref name="maxScale"/>. The default value is 0.2.</param>
    /// <param name="maxScale">Largest area, at most 1. The default value is 1.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static MarginalOnlyCropEstimator MarginalOnlyCrop(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName,
        int imageSize = AugmentationEstimator.CropOptions.DefaultImageSize, double beta = BetaLaw.DefaultBeta,
        double minScale = RandomCrop.DefaultMinScale, double maxScale = RandomCrop.DefaultMaxScale, int? seed = null) =>
        catalog.MarginalOnlyCrop(new MarginalOnlyCropEstimator.Options
        {
            OutputColumnNames = outputColumnNames,
            InputColumnName = inputColumnName,
            Seed = seed,
            Step = new Steps.MarginalOnlyCrop { OutputSize = new ImageSize(imageSize, imageSize), Beta = beta, Scale = (minScale, maxScale) },
        });

    /// <inheritdoc cref="MarginalOnlyCrop(TransformsCatalog, string[], string, int, double, double, double, int?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static MarginalOnlyCropEstimator MarginalOnlyCrop(this TransformsCatalog catalog, MarginalOnlyCropEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new MarginalOnlyCropEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Makes views by crops as torchvision draws them: <see cref="RandomResizedCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least one, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="imageSize">Width and height of the views in pixels, at least 1. The default value is 224.</param>
    /// <param name="minScale">Smallest area of a crop as a fraction of the image's, above 0. The default value is 0.2.</param>
    /// <param name="maxScale">Largest area, at most 1. The default value is 1.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static RandomResizedCropEstimator RandomResizedCrop(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName,
        int imageSize = AugmentationEstimator.CropOptions.DefaultImageSize, double minScale = RandomCrop.DefaultMinScale,
        double maxScale = RandomCrop.DefaultMaxScale, int? seed = null) =>
        catalog.RandomResizedCrop(new RandomResizedCropEstimator.Options
        {
            OutputColumnNames = outputColumnNames,
            InputColumnName = inputColumnName,
            Seed = seed,
            Step = new Steps.RandomResizedCrop { OutputSize = new ImageSize(imageSize, imageSize), Scale = (minScale, maxScale) },
        });

    /// <inheritdoc cref="RandomResizedCrop(TransformsCatalog, string[], string, int, double, double, int?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static RandomResizedCropEstimator RandomResizedCrop(this TransformsCatalog catalog, RandomResizedCropEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new RandomResizedCropEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Makes views by crops that are centred where the encoder in training sees something: <see cref="ContrastiveCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least one, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="imageSize">Width and height of the views in pixels, at least 1. The default value is 224.</param>
    /// <param name="alpha">
    /// Parameter of the law Beta(α, α) of the position in the box, above 0; below 1 the centre is suppressed. The default value is 0.6, the authors' for ImageNet; they
    /// use 0.1 on small data.
    /// </param>
    /// <param name="heatMapsEveryEpochs">
    /// Epochs between two updates of the boxes, at least 1, the first after as many. The default value is 20, the authors' for ImageNet; they use 100 on small data.
    /// </param>
    /// <param name="minScale">Smallest area of a crop as a fraction of the image's, above 0. The default value is 0.2.</param>
    /// <param name="maxScale">Largest area, at most 1. The default value is 1.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static ContrastiveCropEstimator ContrastiveCrop(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName,
        int imageSize = AugmentationEstimator.CropOptions.DefaultImageSize, double alpha = Steps.ContrastiveCrop.DefaultAlpha,
        int heatMapsEveryEpochs = HeatMapBoxes.DefaultEveryEpochs, double minScale = RandomCrop.DefaultMinScale,
        double maxScale = RandomCrop.DefaultMaxScale, int? seed = null) =>
        catalog.ContrastiveCrop(new ContrastiveCropEstimator.Options
        {
            OutputColumnNames = outputColumnNames,
            InputColumnName = inputColumnName,
            Seed = seed,
            Step = new Steps.ContrastiveCrop
            {
                OutputSize = new ImageSize(imageSize, imageSize),
                Alpha = alpha,
                Scale = (minScale, maxScale),
                HeatMaps = new HeatMapBoxes { EveryEpochs = heatMapsEveryEpochs },
            },
        });

    /// <inheritdoc cref="ContrastiveCrop(TransformsCatalog, string[], string, int, double, int, double, double, int?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static ContrastiveCropEstimator ContrastiveCrop(this TransformsCatalog catalog, ContrastiveCropEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ContrastiveCropEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Makes large views of much of the image and small views of little of it: <see cref="MultiCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="globalColumnNames">Names of the columns of the global views: two for DINO. They come first among a trainer's views.</param>
    /// <param name="localColumnNames">Names of the columns of the local views, at least one.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="globalSize">Width and height of the global views in pixels, at least 1. The default value is 224.</param>
    /// <param name="localSize">Width and height of the local views in pixels, at least 1. The default value is 96.</param>
    /// <param name="jointOver">The crops whose areas are drawn together (JointCrop paper, AAAI-25). The default value is none.</param>
    /// <param name="beta">
    /// Parameter of the law of the area ratio where it applies: 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more different views. The default
    /// value is 0.
    /// </param>
    /// <param name="minLocalScale">Smallest area of a local crop as a fraction of the image's, above 0. The default value is 0.05.</param>
    /// <param name="splitScale">Largest area of a local crop and smallest of a global one. The default value is 0.4; DINO has 0.14 with ResNet-50.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, a joint group has fewer than two views, or a value is out of its range.</exception>
    public static MultiCropEstimator MultiCrop(
        this TransformsCatalog catalog, string[] globalColumnNames, string[] localColumnNames, string inputColumnName,
        int globalSize = AugmentationEstimator.CropOptions.DefaultImageSize, int localSize = MultiCropEstimator.DefaultLocalSize,
        JointOver jointOver = JointOver.None, double beta = BetaLaw.DefaultBeta, double minLocalScale = MultiCropEstimator.DefaultMinLocalScale,
        double splitScale = MultiCropEstimator.DefaultSplitScale, int? seed = null) =>
        catalog.MultiCrop(new MultiCropEstimator.Options
        {
            GlobalColumnNames = globalColumnNames,
            LocalColumnNames = localColumnNames,
            InputColumnName = inputColumnName,
            Seed = seed,
            Global = MultiCropEstimator.Options.Like(globalSize, splitScale, 1),
            Local = MultiCropEstimator.Options.Like(localSize, minLocalScale, splitScale),
            JointOver = jointOver,
            Law = new BetaLaw(beta),
        });

    /// <inheritdoc cref="MultiCrop(TransformsCatalog, string[], string[], string, int, int, JointOver, double, double, double, int?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static MultiCropEstimator MultiCrop(this TransformsCatalog catalog, MultiCropEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new MultiCropEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Makes views by any crop, of this library or yours: <see cref="CropViewsEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least as many as the step needs, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="step">The crop, with all its settings.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column, else the context's, else one that is drawn and printed in the log.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or the step does not go with the number of views.</exception>
    public static CropViewsEstimator CropViews(this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName, CropStep step, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var options = new CropViewsEstimator.Options { OutputColumnNames = outputColumnNames, InputColumnName = inputColumnName, Seed = seed, Step = step };
        return new CropViewsEstimator(MlNetInternals.Environment(catalog), options);
    }
}
