namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// RandAugment (Cubuk et al., NeurIPS 2020) as InfoMin has it (Tian et al., NeurIPS 2020; HobbitLong/PyContrast, <c>rand-n2-m10-mstd0.5</c>): some operations drawn with replacement out
/// of fifteen, each carried out or not by a coin, at a magnitude around a given one.
/// </summary>
/// <remarks>
/// <para>Operations and arguments at level m of 10: AutoContrast, Equalize, Invert; Rotate ±3m degrees; Posterize to ⌊0.4m⌋ bits; Solarize at ⌊25.6m⌋; SolarizeAdd ⌊11m⌋;
/// Color, Contrast, Brightness, Sharpness by 0.1 + 0.18m; ShearX and ShearY ±0.03m; TranslateX and TranslateY ±0.045m of the side. Signs, and for the moves the filter (bilinear or bicubic),
/// by a coin. Cutout, which the paper of RandAugment lists, is left out there too.</para>
/// <para>InfoMin's order is crop, flip, jitter, blur, RandAugment, grey: give its <see cref="RandomGrayscale"/> <see cref="RandomGrayscale.Last"/>.</para>
/// </remarks>
public sealed record RandAugment : AugmentationStep
{
    /// <summary>Default of <see cref="Operations"/> (InfoMin, <c>n2</c>).</summary>
    public const int DefaultOperations = 2;

    /// <summary>Default of <see cref="Magnitude"/> (InfoMin, <c>m10</c>).</summary>
    public const double DefaultMagnitude = 10;

    /// <summary>Default of <see cref="MagnitudeDeviation"/> (InfoMin, <c>mstd0.5</c>).</summary>
    public const double DefaultMagnitudeDeviation = 0.5;

    /// <summary>Default of <see cref="Probability"/> (PyContrast, <c>rand_augment_ops</c>).</summary>
    public const double DefaultProbability = 0.5;

    private const int HighestLevel = 10;
    private const int Kinds = (int)RandAugmentOperation.TranslateY;

    /// <summary>Operations a view: 1 or 2.</summary>
    /// <value>The default value is 2.</value>
    public int Operations { get; init => field = value is 1 or 2 ? value : throw Setting.OutOfRange(nameof(Operations), value, "1 or 2"); } = DefaultOperations;

    /// <summary>Level of the operations, 0 to 10.</summary>
    /// <value>The default value is 10.</value>
    public double Magnitude { get; init => field = Setting.AtLeastZero(value, HighestLevel); } = DefaultMagnitude;

    /// <summary>Standard deviation of the level, which is normal and then brought into 0 to 10: at least 0.</summary>
    /// <value>The default value is 0.5.</value>
    public double MagnitudeDeviation { get; init => field = Setting.AtLeastZero(value); } = DefaultMagnitudeDeviation;

    /// <summary>Probability that a drawn operation is carried out, 0 to 1.</summary>
    /// <value>The default value is 0.5.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <summary>Colour of the pixels that moves leave empty.</summary>
    /// <value>The default value is (124, 116, 104): the mean of ImageNet.</value>
    public (byte Red, byte Green, byte Blue) Fill { get; init; } = (124, 116, 104);

    /// <inheritdoc/>
    public override RecipeStage Stage => RecipeStage.RandAugment;

    /// <inheritdoc/>
    public override string RandomName => "randaugment";

    /// <inheritdoc/>
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int target in targets)
        {
            RandomSequence random = context.View(target);
            ref ViewRecipe view = ref views[target];
            (view.FillRed, view.FillGreen, view.FillBlue) = Fill;
            (view.RandAugment1, view.RandAugment1Argument, view.RandAugment1Filter) = Draw(ref random);
            if (Operations == 2)
                (view.RandAugment2, view.RandAugment2Argument, view.RandAugment2Filter) = Draw(ref random);
        }
    }

    private (RandAugmentOperation Operation, float Argument, ResizeFilter Filter) Draw(ref RandomSequence random)
    {
        // Order of the numbers: operation, coin, level, sign, filter.
        var operation = (RandAugmentOperation)(1 + (int)(random.NextDouble() * Kinds));
        bool applies = random.NextDouble() < Probability;
        double number = random.NextDouble(), centre = Math.Abs(number - 0.5);
        double deviation = Math.CopySign(NormalDistribution.Quantile(centre, 0.5 - centre), number - 0.5);
        double level = Math.Clamp(Magnitude + (MagnitudeDeviation * deviation), 0, HighestLevel) / HighestLevel;
        double sign = random.NextDouble() < 0.5 ? -1 : 1;
        ResizeFilter filter = random.NextDouble() < 0.5 ? ResizeFilter.Bilinear : ResizeFilter.Bicubic;
        return applies ? (operation, (float)Argument(operation, level, sign), filter) : default;
    }

    /// <summary>RandAugment.py, <c>LEVEL_TO_ARG</c>, at a level from 0 to 1.</summary>
    private static double Argument(RandAugmentOperation operation, double level, double sign) => operation switch
    {
        RandAugmentOperation.Rotate => sign * level * 30,
        RandAugmentOperation.Posterize => Math.Truncate(level * 4),
        RandAugmentOperation.Solarize => Math.Truncate(level * 256),
        RandAugmentOperation.SolarizeAdd => Math.Truncate(level * 110),
        RandAugmentOperation.Color or RandAugmentOperation.Contrast or RandAugmentOperation.Brightness or RandAugmentOperation.Sharpness => (level * 1.8) + 0.1,
        RandAugmentOperation.ShearX or RandAugmentOperation.ShearY => sign * level * 0.3,
        RandAugmentOperation.TranslateX or RandAugmentOperation.TranslateY => sign * level * 0.45,
        _ => 0,
    };
}
