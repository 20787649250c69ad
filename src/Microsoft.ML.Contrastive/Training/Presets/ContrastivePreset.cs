using System.Collections.Immutable;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>
/// The published settings of a method on some data: views, heads, backbone, optimiser, schedule, epochs, batch. Data and nothing else: every value
/// can be replaced by <c>with</c>, and <see cref="ToString"/> prints them all.
/// </summary>
/// <remarks>
/// <para><c>mlContext.Contrastive().Pretraining(ContrastivePreset.ByName("simclr", "stl10"))</c> gives the pipeline.</para>
/// <para>Every preset crops as its authors did, by <see cref="RandomResizedCrop"/>. <see cref="JointCropBeta"/> makes the crops of the first two views joint, with
/// nothing else changed: the experiment of the JointCrop paper (AAAI-25).</para>
/// <para>Learning rates are as printed by their authors. Where the optimiser's scaling is "None", the rate is meant for the preset's own batch: change
/// both together.</para>
/// </remarks>
public sealed record ContrastivePreset
{
    private static readonly ContrastivePreset[] Table =
    [
        .. SmallImagePresets.All(), .. ImageNetPresets.All(), .. SoloLearnPresets.All(), .. LightlyPresets.All(),
    ];

    private readonly ImmutableArray<ViewAugmentation> _views = [];

    /// <summary>All presets.</summary>
    public static IReadOnlyList<ContrastivePreset> All => Table;

    /// <summary>The names of all presets: "simclr/stl10" is <c>ByName("simclr", "stl10")</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(p => p.Name)];

    /// <summary>A preset by its method and its setting.</summary>
    /// <param name="method">A name that <see cref="ContrastiveMethod.Parse"/> knows, in upper or lower case.</param>
    /// <param name="setting">The data and the length, e.g. <c>stl10</c>, <c>tiny-imagenet</c>, <c>imagenet-100ep</c>, <c>cifar10</c>.</param>
    /// <exception cref="ArgumentException">There is no such preset; the message lists those that there are.</exception>
    public static ContrastivePreset ByName(string method, string setting)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(setting);
        return Table.FirstOrDefault(p => p.Name.Equals($"{method}/{setting}", StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException($"There is no preset '{method}/{setting}'. There are: {string.Join(", ", Names)}.", nameof(setting));
    }

    /// <summary>Method and setting as they were when the preset was published.</summary>
    public required string Name { get; init; }

    /// <summary>Where the values come from.</summary>
    public required string Source { get; init; }

    /// <summary>What this library does otherwise than the source: for want of an option, or where the source leaves open what to do.</summary>
    /// <value>The default value is "none known".</value>
    public string Deviations { get; init; } = "none known";

    /// <summary>The method and its settings.</summary>
    public required ContrastiveMethod Method { get; init; }

    /// <summary>The network.</summary>
    public required Backbone Backbone { get; init; }

    /// <summary>How each view is made. View 1 is the column <c>View1</c>, and so on.</summary>
    public required IReadOnlyList<ViewAugmentation> Views
    {
        get => _views;
        init => _views = [.. value];
    }

    /// <summary>How pixel values are scaled for the network.</summary>
    /// <value>The default value is ImageNet's mean and standard deviation.</value>
    public PixelNormalization Normalization { get; init; } = PixelNormalization.ImageNet;

    /// <summary>The optimiser and its settings.</summary>
    public required Optimizer Optimizer { get; init; }

    /// <summary>How the learning rate moves.</summary>
    public required LearningRateSchedule LearningRateSchedule { get; init; }

    /// <summary>Passes over the data.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>β of the joint law of the crops' areas; of which crops, <see cref="JointCropOver"/> says.</summary>
    /// <value>The default value is <see langword="null"/>: the crops are independent, as published. The JointCrop paper has 0.</value>
    public double? JointCropBeta { get; init; }

    /// <summary>The crops that <see cref="JointCropBeta"/> is about: the first two views, which are DINO's global ones, or all others, its local ones.</summary>
    /// <value>The default value is <see cref="JointOver.Global"/>.</value>
    public JointOver JointCropOver { get; init; } = JointOver.Global;

    /// <summary>β of the joint law of the blur of the first two views, which keep their probabilities.</summary>
    /// <value>The default value is <see langword="null"/>: the blurs are independent, as published. The JointCrop paper has 0, on ImageNet alone.</value>
    public double? JointBlurBeta { get; init; }

    /// <summary>β of the joint law of the brightness of the first two views, whose other colour changes stay as they are.</summary>
    /// <value>The default value is <see langword="null"/>: the factors are independent, as published. The JointCrop paper (supplement) has 0.</value>
    public double? JointColorBeta { get; init; }

    /// <summary>
    /// Where both β are set: the probability that an image's first two views are cropped jointly and blurred independently; the others are cropped as published and
    /// blurred jointly. One coin a row, never both, never neither: the JointCrop paper's "each with probability 0.5".
    /// </summary>
    /// <value>The default value is <see langword="null"/>: every image gets both.</value>
    public double? JointCropProbability { get; init; }

    /// <summary>The names of the view columns.</summary>
    public IReadOnlyList<string> ViewNames => [.. Enumerable.Range(1, Views.Count).Select(i => FormattableString.Invariant($"View{i}"))];

    /// <summary>
    /// The augmentation steps in the order of the renderer, each with the views that it is for: what <see cref="Views"/>, <see cref="JointCropBeta"/>,
    /// <see cref="JointBlurBeta"/>, <see cref="JointColorBeta"/> and <see cref="JointCropProbability"/> come to. Views that have a step in common share it.
    /// </summary>
    /// <exception cref="ArgumentException">A joint step between views that differ in its settings, or that have none.</exception>
    public IReadOnlyList<PlannedStep> Steps =>
    [
        .. Crops(),
        .. Shared(v => v.Flip),
        .. JointColorBeta is { } color ? Shared(v => v.Color, from: 2).Prepend(new PlannedStep(JointColorOf(color), [0, 1])) : Shared(v => v.Color),
        .. Shared(v => v.Grayscale is { Last: false } ? v.Grayscale : null),
        .. JointBlurBeta is { } blur ? Shared(v => v.Blur, from: 2).Prepend(new PlannedStep(JointBlurOf(blur), [0, 1])) : Shared(v => v.Blur),
        .. Shared(v => v.Solarize),
        .. Shared(v => v.RandAugment),
        .. Shared(v => v.Grayscale is { Last: true } ? v.Grayscale : null),
    ];

    /// <summary>The same preset with one change made to every view.</summary>
    /// <param name="change">The change, e.g. <c>v => v with { Blur = null }</c>.</param>
    public ContrastivePreset WithViews(Func<ViewAugmentation, ViewAugmentation> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return this with { Views = [.. Views.Select(change)] };
    }

    /// <summary>The same preset with views of another size.</summary>
    /// <param name="imageSize">Width and height in pixels of the first two views, and of all others that had the first one's size.</param>
    public ContrastivePreset WithImageSize(int imageSize)
    {
        ImageSize before = Views[0].Crop.OutputSize;
        return WithViews(v => v.Crop.OutputSize == before ? v with { Crop = v.Crop with { OutputSize = new ImageSize(imageSize, imageSize) } } : v);
    }

    /// <summary>The trainer's options for this preset: columns at their defaults, <see cref="ViewNames"/> as views.</summary>
    public ContrastivePretrainTrainer.Options ToTrainerOptions() => new()
    {
        ViewColumnNames = [.. ViewNames],
        Method = Method,
        Backbone = Backbone,
        Normalization = Normalization,
        Optimizer = Optimizer,
        LearningRateSchedule = LearningRateSchedule,
        Epochs = Epochs,
        BatchSize = BatchSize,
    };

    /// <summary>How the views are made, to be printed, plotted or sampled.</summary>
    /// <param name="seed">Seed of the views' random numbers.</param>
    /// <exception cref="ArgumentException">The views' settings contradict one another.</exception>
    public ViewPlan ToViewPlan(ulong seed) => Steps.Aggregate(
        ViewPlan.Create(seed, ViewNames), (plan, step) => plan.Append(step.Step, step.Views.Select(v => ViewNames[v])));

    /// <summary>Checks all values, alone and together.</summary>
    /// <exception cref="ArgumentException">Values that contradict one another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public void Validate()
    {
        Method.ValidateViews(nameof(Views), Views.Count);
        ToTrainerOptions().Validate();
        _ = ToViewPlan(seed: 0);
        if (!Method.TakesMultiCrop && Views.Any(v => v.Crop.OutputSize != Views[0].Crop.OutputSize))
            throw new ArgumentException($"{Method.Name} takes views of one size; they are {string.Join(", ", Views.Select(v => v.Crop.OutputSize))}.", nameof(Views));
    }

    /// <summary>The resolved configuration: one line a value, always in the same order.</summary>
    public override string ToString() => PresetText.Of(this);

    /// <summary>Equal when all values are.</summary>
    public bool Equals(ContrastivePreset? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>One step for each group of views that have equal ones.</summary>
    private IEnumerable<PlannedStep> Shared(Func<ViewAugmentation, AugmentationStep?> stage, int from = 0, int to = int.MaxValue) => Enumerable.Range(0, Views.Count)
        .Where(v => v >= from && v < to)
        .GroupBy(v => stage(Views[v]))
        .Where(g => g.Key is not null)
        .Select(g => new PlannedStep(g.Key!, [.. g]));

    private IEnumerable<PlannedStep> Crops()
    {
        if (JointCropProbability is not null && (JointCropBeta is null || JointBlurBeta is null || JointCropOver != JointOver.Global))
            throw new ArgumentException(
                $"{nameof(JointCropProbability)} is {JointCropProbability}, which chooses between JointCrop and JointBlur of the first two views: set {nameof(JointCropBeta)} "
                    + $"and {nameof(JointBlurBeta)} too, and leave {nameof(JointCropOver)} at {JointOver.Global}.");
        if (JointCropBeta is not { } beta || JointCropOver == JointOver.None)
            return Shared(v => v.Crop);
        IEnumerable<PlannedStep> global = JointCropOver.HasFlag(JointOver.Global) ? [JointCropOf(beta, 0..Math.Min(2, Views.Count))] : Shared(v => v.Crop, to: 2);
        return global.Concat(JointCropOver.HasFlag(JointOver.Local) ? [JointCropOf(beta, 2..)] : Shared(v => v.Crop, from: 2));
    }

    private PlannedStep JointCropOf(double beta, Range range)
    {
        int[] views = [.. Enumerable.Range(0, Views.Count).Take(range)];
        if (views.Length < 2 || views.Any(v => Views[v].Crop != Views[views[0]].Crop))
            throw new ArgumentException(
                $"{nameof(JointCropBeta)} is {beta} over {JointCropOver} crops, but there are not two or more views that are cropped alike there: give them one "
                    + $"{nameof(ViewAugmentation.Crop)}.");
        RandomResizedCrop crop = Views[views[0]].Crop;
        JointCrop joint = JointCrop.InPlaceOf(crop) with { Beta = beta };
        return new PlannedStep(
            JointCropProbability is { } probability ? new EitherCrop { OutputSize = crop.OutputSize, Heads = joint, Tails = crop, Probability = probability } : joint,
            [.. views]);
    }

    private JointColor JointColorOf(double beta)
    {
        if (Views is not [{ Color: { } first }, { Color: { } second }, ..] || first != second)
            throw new ArgumentException($"{nameof(JointColorBeta)} is {beta}, but the colours of the first two views are not changed alike: give them one {nameof(ViewAugmentation.Color)}.");
        return new JointColor { Brightness = first.Brightness, Contrast = first.Contrast, Saturation = first.Saturation, Hue = first.Hue, Probability = first.Probability, Beta = beta };
    }

    private AugmentationStep JointBlurOf(double beta)
    {
        if (Views is not [{ Blur: { } first }, { Blur: { } second }, ..])
            throw new ArgumentException(
                $"{nameof(JointBlurBeta)} is {beta}, but the first two views are not both blurred (no published setting on small images blurs): give them a "
                    + $"{nameof(ViewAugmentation.Blur)}.");
        if (first with { Probability = 0 } != second with { Probability = 0 })
            throw new ArgumentException($"{nameof(JointBlurBeta)} is {beta}, but the blurs of the first two views differ in more than their probability.");
        var joint = new JointBlur { SigmaRange = first.SigmaRange, Operator = first.Operator, Probability = [first.Probability, second.Probability], Beta = beta };

        // With independent σ it is the baseline's blur, for views of different probabilities too.
        return JointCropProbability is { } probability
            ? new EitherBlur { Heads = joint with { Law = new IndependentLaw() }, Tails = joint, Probability = probability }
            : joint;
    }
}
