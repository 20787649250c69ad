namespace Microsoft.ML.Contrastive.Methods;

/// <summary>How the momentum of a momentum copy rises in the course of training.</summary>
internal static class MomentumSchedule
{
    /// <summary>1 − (1 − m₀)(1 + cos(π s / S)) / 2: from m₀ to 1 (BYOL, section 3.3; MoCo v3 and DINO have the same curve).</summary>
    public static double Cosine(double start, long step, long totalSteps) => 1 - ((1 - start) * (1 + Math.Cos(Math.PI * step / totalSteps)) / 2);
}
