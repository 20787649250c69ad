using System.Globalization;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>The β whose pairs have a wanted statistical difficulty under a pilot encoder, with everything that was measured to find it.</summary>
/// <remarks>
/// <para><b>What is evidence</b>: the curve. Each point is a mean over the same images, with its standard error, and holds for this encoder, data set and crop.</para>
/// <para><b>What is heuristic</b>: between points the curve is taken for straight, and where noise makes it fall with β it is replaced by the nearest rising one (pooling
/// adjacent violators), as the law leaves no doubt that larger β makes pairs more alike. That a certain difficulty is good for training is an assumption of whoever states the
/// target; no measurement here supports it, and the encoder that is trained will not find pairs as difficult as the pilot did.</para>
/// </remarks>
/// <param name="TargetDifficulty">The difficulty that was asked for: a mean cosine.</param>
/// <param name="Beta">The β that reaches it; null when it lies outside of <see cref="Reachable"/>.</param>
/// <param name="StandardError">Standard error of <see cref="Beta"/> that the measurements' errors alone cause; infinite where the curve is flat, null without <see cref="Beta"/>. The target
/// is taken for exact; where it was measured on the same images, most of the error is in both and cancels, so this is an upper bound.</param>
/// <param name="Curve">All measurements.</param>
public sealed record BetaSuggestion(double TargetDifficulty, double? Beta, double? StandardError, DifficultyCurve Curve)
{
    /// <summary>The lowest and the highest difficulty of the measured curve, made monotone.</summary>
    public (double Lowest, double Highest) Reachable { get; } = (Rising(Curve)[0], Rising(Curve)[^1]);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Curve}") + string.Create(
        CultureInfo.InvariantCulture,
        $"difficulty {TargetDifficulty:0.0000}: "
            + $"{(Beta is { } beta ? $"β = {beta:0.00} ± {StandardError:0.00}" : $"outside of what was measured, {Reachable.Lowest:0.0000} to {Reachable.Highest:0.0000}")}");

    internal static BetaSuggestion From(DifficultyCurve curve, double target)
    {
        double[] rising = Rising(curve);
        int above = Array.FindIndex(rising, d => d >= target);
        if (above < 0 || (above == 0 && rising[0] > target))
            return new BetaSuggestion(target, null, null, curve);

        // At a point of the curve itself the slope is that of the piece on its right, or of the last piece.
        int right = Math.Clamp(above, 1, rising.Length - 1), left = right - 1;
        double slope = (rising[right] - rising[left]) / (curve.Points[right].Value - curve.Points[left].Value);
        double share = rising[right] > rising[left] ? (target - rising[left]) / (rising[right] - rising[left]) : rising[above] == rising[left] ? 0 : 1;
        double beta = curve.Points[left].Value + (share * (curve.Points[right].Value - curve.Points[left].Value));
        double error = double.Lerp(curve.Points[left].Difficulty.StandardError, curve.Points[right].Difficulty.StandardError, share);
        return new BetaSuggestion(target, beta, error / slope, curve);
    }

    /// <summary>The nearest sequence that never falls, by least squares: pool adjacent violators (Ayer et al., 1955).</summary>
    private static double[] Rising(DifficultyCurve curve)
    {
        var blocks = new List<(double Mean, int Count)>();
        foreach (DifficultyPoint point in curve.Points)
        {
            blocks.Add((point.Difficulty.MeanCosine, 1));
            while (blocks.Count > 1 && blocks[^2].Mean > blocks[^1].Mean)
            {
                ((double Mean, int Count) a, (double Mean, int Count) b) = (blocks[^2], blocks[^1]);
                blocks.RemoveAt(blocks.Count - 1);
                blocks[^1] = (((a.Mean * a.Count) + (b.Mean * b.Count)) / (a.Count + b.Count), a.Count + b.Count);
            }
        }

        return [.. blocks.SelectMany(block => Enumerable.Repeat(block.Mean, block.Count))];
    }
}
