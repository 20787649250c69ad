using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// How the learning rate changes in the course of training: an immutable description, of which there are <see cref="CosineSchedule"/>,
/// <see cref="StepSchedule"/> and <see cref="ConstantSchedule"/>.
/// </summary>
public abstract record LearningRateSchedule
{
    private protected LearningRateSchedule()
    {
    }

    /// <summary>Epochs in which the learning rate rises linearly to its peak.</summary>
    /// <value>0 or more. The default value is 10 for <see cref="CosineSchedule"/> (SimCLR, section 2.2; BYOL, section 3.3; DINO, section 3.2), 0 for the others.</value>
    public int WarmupEpochs { get; init; }

    /// <summary>The learning rate of a step, as a fraction of the peak: a pure function of the position.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="totalSteps">Steps of the whole training.</param>
    /// <param name="stepsPerEpoch">Steps of an epoch.</param>
    internal double At(long step, long totalSteps, long stepsPerEpoch)
    {
        var warmup = WarmupEpochs * stepsPerEpoch;
        return step < warmup ? Warmup(step, warmup) : AfterWarmup(step, warmup, totalSteps, stepsPerEpoch);
    }

    /// <summary>Throws when a setting is out of its range.</summary>
    internal virtual void Validate() => Require.AtLeast(0, WarmupEpochs);

    private protected virtual double Warmup(long step, long warmupSteps) => (double)step / warmupSteps;

    private protected abstract double AfterWarmup(long step, long warmupSteps, long totalSteps, long stepsPerEpoch);
}

/// <summary>A linear rise, then half a cosine down (Loshchilov and Hutter, "SGDR", 2017, without restarts).</summary>
public sealed record CosineSchedule : LearningRateSchedule
{
    internal const int DefaultWarmupEpochs = 10;

    /// <summary>Half a cosine with the defaults.</summary>
    /// <remarks>Ten epochs of warm-up, down to 0, in the convention of MoCo v3 and BYOL.</remarks>
    public CosineSchedule() => WarmupEpochs = DefaultWarmupEpochs;

    /// <summary>The learning rate that the cosine descends to, as a fraction of the peak.</summary>
    /// <value>In [0, 1]. The default value is 0. DINO ends at 0.000001 whatever its peak.</value>
    public double FinalFraction { get; init; }

    /// <summary>Where exactly the curve is sampled.</summary>
    /// <value>The default value is <see cref="CosineConvention.MoCoV3"/>.</value>
    public CosineConvention Convention { get; init; }

    internal override void Validate()
    {
        base.Validate();
        Require.Fraction(FinalFraction);
        Require.Defined(Convention);
    }

    private protected override double Warmup(long step, long warmupSteps) => Convention switch
    {
        CosineConvention.Dino => warmupSteps == 1 ? 0 : (double)step / (warmupSteps - 1),
        CosineConvention.Lightly => (step + 1.0) / warmupSteps,
        _ => base.Warmup(step, warmupSteps),
    };

    private protected override double AfterWarmup(long step, long warmupSteps, long totalSteps, long stepsPerEpoch)
    {
        var (done, all) = ((double)(step - warmupSteps), (double)(totalSteps - warmupSteps));
        if (Convention == CosineConvention.Lightly)
            all -= 1;
        if (Convention == CosineConvention.PerEpoch)
            done -= step % stepsPerEpoch;
        return FinalFraction + ((1 - FinalFraction) * (1 + Math.Cos(Math.PI * (all > 0 ? Math.Min(done / all, 1) : 1))) / 2);
    }
}

/// <summary>Where exactly the public codes sample the cosine curve. s is the step, S all steps, W those of warm-up.</summary>
public enum CosineConvention
{
    /// <summary>s / W, then (s − W) / (S − W): from 0; the peak once, at s = W (MoCo v3, BYOL, SimCLR).</summary>
    MoCoV3,

    /// <summary>s / (W − 1), then as MoCo v3: from 0; the peak twice, at s = W − 1 and s = W (DINO).</summary>
    Dino,

    /// <summary>(s + 1) / W, then (s − W) / (S − W − 1): the first step moves already, the last has the final rate (lightly).</summary>
    Lightly,

    /// <summary>The cosine is taken at the start of each epoch (MoCo v1 and v2, SimSiam); a warm-up still goes by step.</summary>
    PerEpoch,
}

/// <summary>The learning rate is multiplied by a factor at each of some epochs (MoCo v1: by 0.1 at 120 and 160 of 200).</summary>
public sealed record StepSchedule : LearningRateSchedule
{
    internal const double DefaultFactor = 0.1;

    private readonly int[] _milestoneEpochs = [120, 160];

    /// <summary>The epochs, counted from 0, at whose start the learning rate falls.</summary>
    /// <value>Ascending, each above 0. The default value is 120, 160 (MoCo v1, main_moco.py).</value>
    public IReadOnlyList<int> MilestoneEpochs
    {
        get => _milestoneEpochs;
        init => _milestoneEpochs = [.. value];
    }

    /// <summary>What it is multiplied by.</summary>
    /// <value>In [0, 1]. The default value is 0.1.</value>
    public double Factor { get; init; } = DefaultFactor;

    /// <summary>Equal when all settings are, the milestones by their values.</summary>
    public bool Equals(StepSchedule? other) =>
        base.Equals(other) && Factor.Equals(other.Factor) && _milestoneEpochs.AsSpan().SequenceEqual(other._milestoneEpochs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Factor, _milestoneEpochs.Length);

    internal override void Validate()
    {
        base.Validate();
        Require.Fraction(Factor);
        var previous = 0;
        foreach (var epoch in _milestoneEpochs)
        {
            Require.That(epoch > previous, epoch, "Milestones must ascend, from above 0.", nameof(MilestoneEpochs));
            previous = epoch;
        }
    }

    private protected override double AfterWarmup(long step, long warmupSteps, long totalSteps, long stepsPerEpoch) =>
        Math.Pow(Factor, _milestoneEpochs.Count(epoch => step / stepsPerEpoch >= epoch));
}

/// <summary>The learning rate stays at its peak, after warm-up if there is one.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    private protected override double AfterWarmup(long step, long warmupSteps, long totalSteps, long stepsPerEpoch) => 1;
}
