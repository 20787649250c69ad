using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Seams;
using Steps = Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML;

/// <summary>The augmentation steps of self-supervised learning, on <c>mlContext.Transforms</c>.</summary>
/// <remarks>
/// A crop makes the views and comes first; the other steps extend them, in the order flip (anywhere), colour, grayscale, blur, solarize, RandAugment, last grayscale. Each step
/// has two overloads: this one with the settings that are changed most, and one with options, whose <c>Step</c> has all of them.
/// </remarks>
public static class AugmentationCatalog
{
    /// <summary>Makes views by crops whose areas are drawn together: <see cref="JointCropEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add: at least two, all different.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="imageSize">Width and height of the views in pixels, at least 1. The default value is 224.</param>
    /// <param name="beta">Parameter of the law of the area ratio of two views (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more different views. The default value is 0.</param>
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
    /// <param name="beta">Parameter of the law of the area ratio that the areas are taken from (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more different views. The default value is 0.</param>
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
    /// <param name="alpha">Parameter of the law Beta(α, α) of the position in the box, above 0; below 1 the centre is suppressed. The default value is 0.6, the authors' for ImageNet; they use 0.1 on small data.</param>
    /// <param name="heatMapsEveryEpochs">Epochs between two updates of the boxes, at least 1, the first after as many. The default value is 20, the authors' for ImageNet; they use 100 on small data.</param>
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
    /// <param name="beta">Parameter of the law of the area ratio where it applies: 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more different views. The default value is 0.</param>
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

    /// <summary>Mirrors views left to right with a probability: <see cref="RandomHorizontalFlipEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least one, all different.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.5.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static RandomHorizontalFlipEstimator RandomHorizontalFlip(
        this TransformsCatalog catalog, string[] viewColumnNames, double probability = HorizontalFlip.DefaultProbability) =>
        catalog.RandomHorizontalFlip(new RandomHorizontalFlipEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new HorizontalFlip { Probability = probability },
        });

    /// <inheritdoc cref="RandomHorizontalFlip(TransformsCatalog, string[], double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static RandomHorizontalFlipEstimator RandomHorizontalFlip(this TransformsCatalog catalog, RandomHorizontalFlipEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new RandomHorizontalFlipEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Changes the colours of views at random: <see cref="ColorJitterEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least one, all different.</param>
    /// <param name="brightness">Strength of the brightness change, at least 0. The default value is 0.4.</param>
    /// <param name="contrast">Strength of the contrast change, at least 0. The default value is 0.4.</param>
    /// <param name="saturation">Strength of the saturation change, at least 0. The default value is 0.4.</param>
    /// <param name="hue">Strength of the hue shift in turns, 0 to 0.5. The default value is 0.1.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.8.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static ColorJitterEstimator ColorJitter(
        this TransformsCatalog catalog, string[] viewColumnNames, double brightness = ColorStep.DefaultStrength,
        double contrast = ColorStep.DefaultStrength, double saturation = ColorStep.DefaultStrength, double hue = ColorStep.DefaultHue,
        double probability = ColorStep.DefaultProbability) =>
        catalog.ColorJitter(new ColorJitterEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.ColorJitter { Brightness = brightness, Contrast = contrast, Saturation = saturation, Hue = hue, Probability = probability },
        });

    /// <inheritdoc cref="ColorJitter(TransformsCatalog, string[], double, double, double, double, double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static ColorJitterEstimator ColorJitter(this TransformsCatalog catalog, ColorJitterEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ColorJitterEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Changes the colours of views at random, brightness or contrast jointly: <see cref="JointColorEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least two, all different, in the order in which they were made.</param>
    /// <param name="beta">Parameter of the law of the ratio of the factors of two views (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more different views. The default value is 0.</param>
    /// <param name="factors">Which factors are drawn jointly. The default value is the brightness.</param>
    /// <param name="brightness">Strength of the brightness change, above 0 and below 1 where it is drawn jointly. The default value is 0.4.</param>
    /// <param name="contrast">Strength of the contrast change, above 0 and below 1 where it is drawn jointly. The default value is 0.4.</param>
    /// <param name="saturation">Strength of the saturation change, at least 0. The default value is 0.4.</param>
    /// <param name="hue">Strength of the hue shift in turns, 0 to 0.5. The default value is 0.1.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.8.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static JointColorEstimator JointColor(
        this TransformsCatalog catalog, string[] viewColumnNames, double beta = BetaLaw.DefaultBeta, JointFactors factors = JointFactors.Brightness,
        double brightness = ColorStep.DefaultStrength, double contrast = ColorStep.DefaultStrength, double saturation = ColorStep.DefaultStrength,
        double hue = ColorStep.DefaultHue, double probability = ColorStep.DefaultProbability) =>
        catalog.JointColor(new JointColorEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.JointColor { Beta = beta, Factors = factors, Brightness = brightness, Contrast = contrast, Saturation = saturation, Hue = hue, Probability = probability },
        });

    /// <inheritdoc cref="JointColor(TransformsCatalog, string[], double, JointFactors, double, double, double, double, double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static JointColorEstimator JointColor(this TransformsCatalog catalog, JointColorEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new JointColorEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Turns views grey with a probability: <see cref="RandomGrayscaleEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least one, all different.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.2.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static RandomGrayscaleEstimator RandomGrayscale(
        this TransformsCatalog catalog, string[] viewColumnNames, double probability = Steps.RandomGrayscale.DefaultProbability) =>
        catalog.RandomGrayscale(new RandomGrayscaleEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.RandomGrayscale { Probability = probability },
        });

    /// <inheritdoc cref="RandomGrayscale(TransformsCatalog, string[], double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static RandomGrayscaleEstimator RandomGrayscale(this TransformsCatalog catalog, RandomGrayscaleEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new RandomGrayscaleEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Blurs views, each with a σ of its own: <see cref="GaussianBlurEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least one, all different.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.5.</param>
    /// <param name="minSigma">Smallest σ in pixels of the view, above 0. The default value is 0.1.</param>
    /// <param name="maxSigma">Largest σ. The default value is 2.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static GaussianBlurEstimator GaussianBlur(
        this TransformsCatalog catalog, string[] viewColumnNames, double probability = BlurStep.DefaultProbability,
        double minSigma = BlurStep.DefaultMinSigma, double maxSigma = BlurStep.DefaultMaxSigma) =>
        catalog.GaussianBlur(new GaussianBlurEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.GaussianBlur { SigmaRange = (minSigma, maxSigma), Probability = probability },
        });

    /// <inheritdoc cref="GaussianBlur(TransformsCatalog, string[], double, double, double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static GaussianBlurEstimator GaussianBlur(this TransformsCatalog catalog, GaussianBlurEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new GaussianBlurEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Blurs views with σ that are drawn together: <see cref="JointBlurEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least two, all different, in the order in which they were made.</param>
    /// <param name="beta">Parameter of the law of the ratio of the σ of two views (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more different views. The default value is 0.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.5.</param>
    /// <param name="minSigma">Smallest σ in pixels of the view, above 0. The default value is 0.1.</param>
    /// <param name="maxSigma">Largest σ. The default value is 2.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static JointBlurEstimator JointBlur(
        this TransformsCatalog catalog, string[] viewColumnNames, double beta = BetaLaw.DefaultBeta, double probability = BlurStep.DefaultProbability,
        double minSigma = BlurStep.DefaultMinSigma, double maxSigma = BlurStep.DefaultMaxSigma) =>
        catalog.JointBlur(new JointBlurEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.JointBlur { Beta = beta, SigmaRange = (minSigma, maxSigma), Probability = probability },
        });

    /// <inheritdoc cref="JointBlur(TransformsCatalog, string[], double, double, double, double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static JointBlurEstimator JointBlur(this TransformsCatalog catalog, JointBlurEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new JointBlurEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Inverts the bright pixels of views with a probability: <see cref="SolarizeEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least one, all different.</param>
    /// <param name="probability">Probability for each view, 0 to 1. The default value is 0.2.</param>
    /// <param name="threshold">Lowest value that is inverted, 0 to 255. The default value is 128.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static SolarizeEstimator Solarize(
        this TransformsCatalog catalog, string[] viewColumnNames, double probability = Steps.Solarize.DefaultProbability,
        byte threshold = Steps.Solarize.DefaultThreshold) =>
        catalog.Solarize(new SolarizeEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.Solarize { Probability = probability, Threshold = threshold },
        });

    /// <inheritdoc cref="Solarize(TransformsCatalog, string[], double, byte)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static SolarizeEstimator Solarize(this TransformsCatalog catalog, SolarizeEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new SolarizeEstimator(MlNetInternals.Environment(catalog), options);
    }

    /// <summary>Changes views by operations drawn from a list: <see cref="RandAugmentEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least one, all different.</param>
    /// <param name="operations">Operations a view, 1 or 2. The default value is 2 (InfoMin).</param>
    /// <param name="magnitude">Level of the operations, 0 to 10. The default value is 10 (InfoMin).</param>
    /// <param name="probability">Probability that a drawn operation is carried out, 0 to 1. The default value is 0.5.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static RandAugmentEstimator RandAugment(
        this TransformsCatalog catalog, string[] viewColumnNames, int operations = Steps.RandAugment.DefaultOperations,
        double magnitude = Steps.RandAugment.DefaultMagnitude, double probability = Steps.RandAugment.DefaultProbability) =>
        catalog.RandAugment(new RandAugmentEstimator.Options
        {
            ViewColumnNames = viewColumnNames,
            Step = new Steps.RandAugment { Operations = operations, Magnitude = magnitude, Probability = probability },
        });

    /// <inheritdoc cref="RandAugment(TransformsCatalog, string[], int, double, double)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static RandAugmentEstimator RandAugment(this TransformsCatalog catalog, RandAugmentEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new RandAugmentEstimator(MlNetInternals.Environment(catalog), options);
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

    /// <summary>Changes views by any step but a crop, of this library or yours: <see cref="AugmentViewsEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="viewColumnNames">Names of the view columns to change: at least as many as the step needs, all different.</param>
    /// <param name="step">The step, with all its settings.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, the step crops, or it does not go with the number of views.</exception>
    public static AugmentViewsEstimator AugmentViews(this TransformsCatalog catalog, string[] viewColumnNames, AugmentationStep step)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return new AugmentViewsEstimator(MlNetInternals.Environment(catalog), new AugmentViewsEstimator.Options { ViewColumnNames = viewColumnNames, Step = step });
    }

    /// <summary>Writes the recipes of views to a column, to be saved, plotted or replayed: <see cref="ViewRecipesEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnName">Name of the column to add: a vector of floats with slot names such as <c>View1.Crop.AreaScale</c>.</param>
    /// <param name="viewColumnNames">Names of the view columns: at least one, all different.</param>
    /// <param name="epoch">The pass over the data whose recipes are written, from 0. When null: the pass that the views beside it are read for, 0 outside of a trainer.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static ViewRecipesEstimator ViewRecipes(this TransformsCatalog catalog, string outputColumnName, string[] viewColumnNames, long? epoch = null) =>
        catalog.ViewRecipes(new ViewRecipesEstimator.Options { OutputColumnName = outputColumnName, ViewColumnNames = viewColumnNames, Epoch = epoch });

    /// <inheritdoc cref="ViewRecipes(TransformsCatalog, string, string[], long?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static ViewRecipesEstimator ViewRecipes(this TransformsCatalog catalog, ViewRecipesEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ViewRecipesEstimator(options);
    }

    /// <summary>Makes views by the recipes of a column, the same pixels as when they were written: <see cref="ReplayViewsEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add, in the order of the recipes.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="recipeColumnName">Name of the column that <c>ViewRecipes</c> has written.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice.</exception>
    public static ReplayViewsEstimator ReplayViews(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName, string recipeColumnName = ViewRecipesEstimator.Options.DefaultOutputColumnName) =>
        catalog.ReplayViews(new ReplayViewsEstimator.Options { OutputColumnNames = outputColumnNames, InputColumnName = inputColumnName, RecipeColumnName = recipeColumnName });

    /// <inheritdoc cref="ReplayViews(TransformsCatalog, string[], string, string)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns.</param>
    public static ReplayViewsEstimator ReplayViews(this TransformsCatalog catalog, ReplayViewsEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ReplayViewsEstimator(options);
    }
}
