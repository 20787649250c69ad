using System.Diagnostics;
using Microsoft.ML.Contrastive.Training;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>How long training will still take, by the steps that were done since this process began it; what happens between epochs is in it.</summary>
internal sealed class RemainingTime
{
    /// <summary>The first steps allocate memory and choose algorithms.</summary>
    private const int StepsToWarmUp = 2;

    private const int StepsToKnow = 4;

    private long _firstStep = -1, _started;

    /// <summary>Images a second since training began.</summary>
    public double ImagesPerSecond { get; private set; }

    /// <summary>Notes a step.</summary>
    /// <returns>The time that is left; null while too little is known.</returns>
    public TimeSpan? After(StepMetrics step)
    {
        if (_firstStep < 0)
            _firstStep = step.Step;
        if (step.Step == _firstStep + StepsToWarmUp)
            _started = Stopwatch.GetTimestamp();
        long done = step.Step - _firstStep - StepsToWarmUp;
        if (done < StepsToKnow)
            return null;
        TimeSpan each = Stopwatch.GetElapsedTime(_started) / done;
        ImagesPerSecond = step.ImagesPerStep / each.TotalSeconds;
        long left = (step.StepsPerEpoch - step.StepInEpoch) + ((step.Epochs - step.Epoch) * step.StepsPerEpoch);
        return each * left;
    }
}
