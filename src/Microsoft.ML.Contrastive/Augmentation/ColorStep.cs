using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// What the colour steps have in common: brightness, contrast, saturation and hue change by random factors, in random order, all or none.
/// The ranges are torchvision's: a strength v gives factors in [max(0, 1 − v), 1 + v], a hue strength h shifts in [−h, h] turns.
/// </summary>
public abstract record ColorStep : AugmentationStep
{
    /// <summary>Default of <see cref="Brightness"/>, <see cref="Contrast"/> and <see cref="Saturation"/> (MoCo v2, SimSiam, the JointCrop paper).</summary>
    public const double DefaultStrength = 0.4;

    /// <summary>Default of <see cref="Hue"/> (MoCo v2, SimSiam, the JointCrop paper).</summary>
    public const double DefaultHue = 0.1;

    /// <summary>Default of <see cref="Probability"/> (all methods but MoCo v1, which has 1).</summary>
    public const double DefaultProbability = 0.8;

    private const int ViewsOnStack = 16;
    private const int Orders = 24;

    private protected ColorStep()
    {
    }

    /// <summary>Strength of the brightness change: at least 0; 0 leaves it alone.</summary>
    /// <value>The default value is 0.4.</value>
    public double Brightness { get; init => field = CheckFactor(value); } = DefaultStrength;

    /// <summary>Strength of the contrast change: at least 0; 0 leaves it alone.</summary>
    /// <value>The default value is 0.4.</value>
    public double Contrast { get; init => field = CheckFactor(value); } = DefaultStrength;

    /// <summary>Strength of the saturation change: at least 0; 0 leaves it alone.</summary>
    /// <value>The default value is 0.4.</value>
    public double Saturation { get; init => field = Setting.AtLeastZero(value); } = DefaultStrength;

    /// <summary>Strength of the hue shift in turns: 0 to 0.5; 0 leaves it alone.</summary>
    /// <value>The default value is 0.1.</value>
    public double Hue { get; init => field = Setting.AtLeastZero(value, 0.5); } = DefaultHue;

    /// <summary>Probability for each view that its colours change at all, 0 to 1.</summary>
    /// <value>The default value is 0.8.</value>
    public double Probability { get; init => field = Setting.Probability(value); } = DefaultProbability;

    /// <inheritdoc/>
    public sealed override RecipeStage Stage => RecipeStage.Color;

    /// <inheritdoc/>
    public sealed override string RandomName => "color";

    /// <inheritdoc/>
    public sealed override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        Span<double> brightness = targets.Length <= ViewsOnStack ? stackalloc double[targets.Length] : new double[targets.Length];
        Span<double> contrast = targets.Length <= ViewsOnStack ? stackalloc double[targets.Length] : new double[targets.Length];
        for (int k = 0; k < targets.Length; k++)
        {
            // Order of the numbers of a view: coin, order, brightness, contrast, saturation, hue.
            RandomSequence random = context.View(targets[k]);
            ref ViewRecipe view = ref views[targets[k]];
            view.HasColor = random.NextDouble() < Probability;
            view.ColorOrder = (byte)(random.NextDouble() * Orders);
            brightness[k] = random.NextDouble();
            contrast[k] = random.NextDouble();
            if (view.HasColor)
            {
                view.Saturation = (float)Factor(random.NextDouble(), Saturation);
                view.Hue = (float)(Hue * ((2 * random.NextDouble()) - 1));
            }
        }

        DrawFactors(brightness, contrast);
        for (int k = 0; k < targets.Length; k++)
        {
            ref ViewRecipe view = ref views[targets[k]];
            if (view.HasColor)
                (view.Brightness, view.Contrast) = ((float)brightness[k], (float)contrast[k]);
            else
                view.ColorOrder = 0;
        }
    }

    /// <summary>A factor of torchvision's range for a strength.</summary>
    private static double Factor(double probability, double strength)
    {
        double low = Math.Max(0, 1 - strength);
        return low + (probability * (1 + strength - low));
    }

    /// <summary>Turns numbers in (0, 1), one a view, into independent factors.</summary>
    private protected static void DrawIndependent(Span<double> numbers, double strength)
    {
        foreach (ref double number in numbers)
            number = Factor(number, strength);
    }

    /// <summary>Turns numbers in (0, 1), one a view, into factors.</summary>
    private protected abstract void DrawFactors(Span<double> brightness, Span<double> contrast);

    private protected virtual void OnStrengthChanged()
    {
    }

    private double CheckFactor(double value, [CallerMemberName] string name = "")
    {
        OnStrengthChanged();
        return Setting.AtLeastZero(value, name: name);
    }
}
