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
public static partial class AugmentationCatalog
{
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
    /// <param name="beta">
    /// Parameter of the law of the ratio of the factors of two views (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for
    /// more different views. The default value is 0.
    /// </param>
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
    /// <param name="beta">
    /// Parameter of the law of the ratio of the σ of two views (JointCrop paper, AAAI-25): 0 for a log ratio that is uniform, above 0 for more alike, below 0 for more
    /// different views. The default value is 0.
    /// </param>
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
}
