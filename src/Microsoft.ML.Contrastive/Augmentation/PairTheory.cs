namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The law that a log ratio of a plan follows exactly, and the largest log ratio of its range.</summary>
/// <param name="Law">The law.</param>
/// <param name="Bound">ln(max / min), positive.</param>
internal sealed record PairTheory(JointLaw Law, double Bound)
{
    /// <summary>The law of a quantity of two views.</summary>
    /// <returns>
    /// Null where there is no closed form: for distances and overlaps, for crops with tries (RandomResizedCrop, the released code), for independent views with the
    /// marginal of a joint law, for pairs that follow from others, and for a fixed ratio, which has no density.
    /// </returns>
    public static PairTheory? Of(ViewPlan plan, PairQuantity quantity, int first, int second)
    {
        RecipeStage stage = quantity switch
        {
            PairQuantity.LogAreaRatio => RecipeStage.Crop,
            PairQuantity.LogSigmaRatio => RecipeStage.Blur,
            _ => RecipeStage.Color,
        };
        if (quantity is PairQuantity.CentreDistance or PairQuantity.Overlap
            || plan.Steps.FirstOrDefault(s => s.Step.Stage == stage && s.Views.Contains(first) && s.Views.Contains(second)) is not { } planned)
        {
            return null;
        }

        PairTheory? joint = planned.Step switch
        {
            JointCrop { Boxes: not CropBoxes.Released } crop when IsPair(planned, crop.Pairing, first, second) => Joint(crop.Law, crop.Scale),
            JointBlur blur when IsPair(planned, blur.Pairing, first, second) => Joint(blur.Law, blur.SigmaRange),
            JointColor color when IsJoint(color, quantity) && IsPair(planned, color.Pairing, first, second) => Joint(color.Law, Factors(color, quantity)),
            IndependentCrop { Boxes: not CropBoxes.Released } crop => Independent(crop.Scale),
            GaussianBlur blur => Independent(blur.SigmaRange),
            JointColor color when !IsJoint(color, quantity) => Independent(Factors(color, quantity)),
            ColorJitter color => Independent(Factors(color, quantity)),
            _ => null,
        };
        return joint is { Law: not FixedRatioLaw, Bound: > 0 and < double.PositiveInfinity } ? joint : null;
    }

    private static PairTheory Joint(JointLaw law, (double Min, double Max) range) => new(law, Math.Log(range.Max / range.Min));

    private static PairTheory Independent((double Min, double Max) range) => Joint(new IndependentLaw(), range);

    private static (double Min, double Max) Factors(ColorStep step, PairQuantity quantity)
    {
        double strength = quantity switch
        {
            PairQuantity.LogBrightnessRatio => step.Brightness,
            PairQuantity.LogContrastRatio => step.Contrast,
            _ => step.Saturation,
        };
        return (Math.Max(0, 1 - strength), 1 + strength);
    }

    private static bool IsJoint(JointColor step, PairQuantity quantity) =>
        (quantity == PairQuantity.LogBrightnessRatio && step.Factors.HasFlag(JointFactors.Brightness))
        || (quantity == PairQuantity.LogContrastRatio && step.Factors.HasFlag(JointFactors.Contrast));

    /// <summary>Whether the law is about these two views in this order, rather than about others that they follow from.</summary>
    private static bool IsPair(PlannedStep planned, ViewPairing pairing, int first, int second)
    {
        int a = planned.Views.IndexOf(first), b = planned.Views.IndexOf(second);
        return pairing == ViewPairing.Star ? a == 0 : a % 2 == 0 && b == a + 1;
    }
}
