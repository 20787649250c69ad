namespace Microsoft.ML.Contrastive.Methods;

/// <summary>How the momentum of a momentum copy rises in the course of training.</summary>
internal static class MomentumSchedule
{
    /// <summary>The momentum at a step.</summary>
    /// <param name="position">The step.</param>
    /// <param name="start">The momentum at the beginning.</param>
    /// <param name="end">The momentum that it rises to along <see cref="Cosine"/>; <see langword="null"/> where it stays as it is.</param>
    public static double At(TrainingPosition position, double start, double? end) => end is { } final ? Cosine(start, position.Step, position.TotalSteps, final) : start;

    /// <summary>m₁ − (m₁ − m₀)(1 + cos(π s / S)) / 2: from m₀ to m₁, by default 1 (BYOL, section 3.3; MoCo v3 and DINO have the same curve).</summary>
    public static double Cosine(double start, long step, long totalSteps, double end = 1) => end - ((end - start) * (1 + Math.Cos(Math.PI * step / totalSteps)) / 2);
}
