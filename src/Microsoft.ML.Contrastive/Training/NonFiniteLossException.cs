using System.Globalization;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>The loss became infinite or not a number: training was stopped, since every further step would be lost.</summary>
public sealed class NonFiniteLossException : InvalidOperationException
{
    internal NonFiniteLossException(double loss, long step, double learningRate)
        : base(string.Create(CultureInfo.InvariantCulture,
            $"The loss is {loss} at step {step} (learning rate {learningRate:0.#####}). Try a lower learning rate, a longer warm-up (WarmupEpochs), a larger batch or, in a "
                + $"contrastive loss, a higher temperature; check that the images are not all alike."))
    {
    }
}
