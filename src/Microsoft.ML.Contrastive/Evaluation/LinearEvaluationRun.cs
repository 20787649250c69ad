using Microsoft.ML.Contrastive.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// One linear classifier in training, epoch by epoch: several runs that differ in their learning rates can share the features of each epoch, which cost
/// far more than the classifier.
/// </summary>
internal sealed class LinearEvaluationRun : IDisposable
{
    /// <summary>LARC's trust coefficient in SimSiam's released code.</summary>
    private const double TrustCoefficient = 0.001;

    /// <summary>Keeps zero norms from dividing by zero (LARC's <c>eps</c>).</summary>
    private const double SmallestDenominator = 1e-8;

    private const uint OrderOfRows = 0x4C45_4F52;
    private const uint InitialWeights = 0x4C45_4957;

    private readonly LinearEvaluationProtocol _protocol;
    private readonly ulong _seed;
    private readonly Device _device;
    private readonly Tensor _weights;
    private readonly Tensor _intercepts;
    private readonly Tensor _weightsMomentum;
    private readonly Tensor _interceptsMomentum;
    private readonly Tensor _targets;
    private readonly List<double> _losses = [];

    public LinearEvaluationRun(LinearEvaluationProtocol protocol, int[] labels, int classes, int dimension, ulong seed, Device device)
    {
        (_protocol, _seed, _device) = (protocol, seed, device);
        using var scope = NewDisposeScope();
        _weights = tensor(Gaussian(seed, classes * dimension, protocol.InitialWeightDeviation)).reshape(classes, dimension).to(device);
        _intercepts = zeros(classes, device: device);
        (_weightsMomentum, _interceptsMomentum) = (zeros_like(_weights), zeros_like(_intercepts));
        _targets = tensor(Array.ConvertAll(labels, label => (long)label)).to(device);
        foreach (var owned in Owned)
            owned.DetachFromDisposeScope();
    }

    private Tensor[] Owned => [_weights, _intercepts, _weightsMomentum, _interceptsMomentum, _targets];

    /// <summary>Trains one epoch.</summary>
    /// <param name="rows">Features [n, d] of this epoch.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    /// <returns>Mean loss of the epoch's batches, each before its step.</returns>
    /// <exception cref="InvalidOperationException">The loss is no longer finite.</exception>
    public double Epoch(Tensor rows, CancellationToken cancellation)
    {
        using var gradients = no_grad();
        using var epochScope = NewDisposeScope();
        var (epoch, count) = (_losses.Count, (int)_targets.shape[0]);
        var stepsPerEpoch = ((count - 1) / _protocol.BatchSize) + 1;
        var order = tensor(Shuffled(_seed, epoch, count)).to(_device);
        var mean = 0.0;
        for (var step = 0; step < stepsPerEpoch; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var stepScope = NewDisposeScope();
            var start = step * _protocol.BatchSize;
            var size = Math.Min(_protocol.BatchSize, count - start);
            var batch = order.narrow(0, start, size);
            var loss = Step(rows.index_select(0, batch), _targets.index_select(0, batch), _protocol.LearningRateAt((epoch * stepsPerEpoch) + step, stepsPerEpoch));
            if (!float.IsFinite(loss))
                throw Diverged($"loss of the linear evaluation became {loss} in epoch {epoch}, step {step}");
            mean += (double)loss * size / count;
        }

        _losses.Add(mean);
        return mean;
    }

    /// <summary>The classifier as it is now.</summary>
    /// <exception cref="InvalidOperationException">A weight is no longer finite.</exception>
    public LinearEvaluationResult Result()
    {
        var classifier = new LinearClassifier(Doubles(_weights), Doubles(_intercepts));
        if (!Array.TrueForAll(classifier.Weights, double.IsFinite))
            throw Diverged("weights of the linear evaluation are no longer finite");
        return new LinearEvaluationResult(_protocol, classifier, [.. _losses]);
    }

    public void Dispose()
    {
        foreach (var owned in Owned)
            owned.Dispose();
    }

    /// <summary>Numbers from 0 in an order that depends on seed and epoch alone (Fisher–Yates).</summary>
    public static long[] Shuffled(ulong seed, int epoch, int count, uint purpose = OrderOfRows)
    {
        var random = new RandomSequence(new RowKey(seed, epoch, 0, 0), view: 0, purpose);
        var order = new long[count];
        for (var i = 0; i < count; i++)
        {
            var j = (int)(random.NextDouble() * (i + 1));
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private InvalidOperationException Diverged(string what) => new(
        $"The {what}. The protocol '{_protocol.Name}' has the learning rate {_protocol.LearningRate}: lower it, or normalise the features.");

    private float Step(Tensor x, Tensor y, double rate)
    {
        var logProbabilities = (x.matmul(_weights.t()) + _intercepts).log_softmax(1);
        var loss = nn.functional.nll_loss(logProbabilities, y).item<float>();
        if (!float.IsFinite(loss))
            return loss;
        var residuals = (logProbabilities.exp() - nn.functional.one_hot(y, _intercepts.shape[0])) / y.shape[0];
        Update(_weights, residuals.t().matmul(x), _weightsMomentum, rate);
        Update(_intercepts, residuals.sum([0L]), _interceptsMomentum, rate);
        return loss;
    }

    private void Update(Tensor parameter, Tensor gradient, Tensor momentum, double rate)
    {
        var decayed = gradient + (parameter * _protocol.WeightDecay);
        if (_protocol.Optimizer == LinearEvaluationOptimizer.Lars)
        {
            var (parameterNorm, gradientNorm) = (parameter.norm().item<float>(), gradient.norm().item<float>());

            // Without a norm there is no ratio: intercepts start at zero and take their first step as with SGD.
            if (parameterNorm > 0 && gradientNorm > 0)
                decayed = decayed * (TrustCoefficient * parameterNorm / (gradientNorm + (_protocol.WeightDecay * parameterNorm) + SmallestDenominator));
        }

        momentum.mul_(_protocol.Momentum).add_(decayed);
        var step = _protocol.Optimizer == LinearEvaluationOptimizer.NesterovSgd ? decayed + (momentum * _protocol.Momentum) : momentum;
        parameter.sub_(step * rate);
    }

    private static double[] Doubles(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.to(float64).cpu().data<double>().ToArray();
    }

    private static float[] Gaussian(ulong seed, int count, double deviation)
    {
        var random = new RandomSequence(new RowKey(seed, 0, 0, 0), view: 0, InitialWeights);
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())); // Box and Muller
        return values;
    }
}
