using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Trains a linear classifier on frozen features by a published protocol.</summary>
/// <example><code>
/// var evaluation = LinearEvaluation.Train(trainFeatures, trainLabels, LinearEvaluationProtocol.Small, seed: 1);
/// double accuracy = evaluation.Classifier.Accuracy(testFeatures, testLabels);
/// </code></example>
public static class LinearEvaluation
{
    /// <summary>LARC's trust coefficient in SimSiam's released code.</summary>
    private const double TrustCoefficient = 0.001;

    /// <summary>Keeps zero norms from dividing by zero (LARC's <c>eps</c>).</summary>
    private const double SmallestDenominator = 1e-8;

    private const uint OrderOfRows = 0x4C45_4F52;
    private const uint InitialWeights = 0x4C45_4957;

    /// <summary>Trains on features that stay the same in every epoch: those of the images as they are.</summary>
    /// <param name="features">n × d values row by row.</param>
    /// <param name="labels">Class index of each row, n values from 0.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="seed">Seed of the initial weights and of the order of the rows.</param>
    /// <param name="classCount">Number of classes. <value>The default value is one more than the largest label.</value></param>
    /// <param name="device">Where to train. <value>The default value is the CPU.</value></param>
    /// <param name="progress">Hears the mean loss of every epoch.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    /// <exception cref="ArgumentException">Rows and labels do not fit each other, a feature is not finite, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting of the protocol is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer finite: the protocol's learning rate does not suit these features.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static LinearEvaluationResult Train(
        float[] features, int[] labels, LinearEvaluationProtocol protocol, ulong seed, int? classCount = null, Device? device = null,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        return Train(_ => features, labels, protocol, seed, classCount, device, progress, cancellation);
    }

    /// <summary>Trains on features that are computed anew for every epoch, from newly augmented images as the published protocols have it.</summary>
    /// <param name="featuresOfEpoch">Gives the n × d features of an epoch (from 0), in the order of the labels.</param>
    /// <param name="labels">Class index of each row, n values from 0.</param>
    /// <param name="protocol">The protocol.</param>
    /// <param name="seed">Seed of the initial weights and of the order of the rows.</param>
    /// <param name="classCount">Number of classes. <value>The default value is one more than the largest label.</value></param>
    /// <param name="device">Where to train. <value>The default value is the CPU.</value></param>
    /// <param name="progress">Hears the mean loss of every epoch.</param>
    /// <param name="cancellation">Ends training between two steps.</param>
    /// <exception cref="ArgumentException">Rows and labels do not fit each other, a feature is not finite, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting of the protocol is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer finite: the protocol's learning rate does not suit these features.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public static LinearEvaluationResult Train(
        Func<int, float[]> featuresOfEpoch, int[] labels, LinearEvaluationProtocol protocol, ulong seed, int? classCount = null, Device? device = null,
        IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(featuresOfEpoch);
        ArgumentNullException.ThrowIfNull(protocol);
        protocol.Validate();
        var classes = FeatureRows.ClassCount(labels, classCount, nameof(labels));
        var features = featuresOfEpoch(0);
        var dimension = FeatureRows.Dimension(features, labels, nameof(features), nameof(labels));

        TorchRuntime.EnsureLoaded();
        var on = device ?? CPU;
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var weights = tensor(Gaussian(seed, classes * dimension, protocol.InitialWeightDeviation)).reshape(classes, dimension).to(on);
        var intercepts = zeros(classes, device: on);
        var (weightsMomentum, interceptsMomentum) = (zeros_like(weights), zeros_like(intercepts));
        var targets = tensor(Array.ConvertAll(labels, label => (long)label)).to(on);
        var rows = FeatureRows.ToTensor(features, dimension, float32, on);

        var stepsPerEpoch = ((labels.Length - 1) / protocol.BatchSize) + 1;
        var losses = new double[protocol.Epochs];
        for (var epoch = 0; epoch < protocol.Epochs; epoch++)
        {
            using var epochScope = NewDisposeScope();
            if (epoch > 0 && featuresOfEpoch(epoch) is var next && !ReferenceEquals(next, features))
            {
                if (FeatureRows.Dimension(next, labels, nameof(featuresOfEpoch), nameof(labels)) != dimension)
                    throw new ArgumentException($"Epoch {epoch} has {next.Length / labels.Length} features a row, the first had {dimension}.", nameof(featuresOfEpoch));
                rows.copy_(FeatureRows.ToTensor(next, dimension, float32, on));
                features = next;
            }

            var order = tensor(Shuffled(seed, epoch, labels.Length)).to(on);
            for (var step = 0; step < stepsPerEpoch; step++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var stepScope = NewDisposeScope();
                var start = step * protocol.BatchSize;
                var count = Math.Min(protocol.BatchSize, labels.Length - start);
                var batch = order.narrow(0, start, count);
                var (x, y) = (rows.index_select(0, batch), targets.index_select(0, batch));

                var logProbabilities = (x.matmul(weights.t()) + intercepts).log_softmax(1);
                var loss = nn.functional.nll_loss(logProbabilities, y).item<float>();
                if (!float.IsFinite(loss))
                {
                    throw new InvalidOperationException(
                        $"The loss of the linear evaluation became {loss} in epoch {epoch}, step {step}. The protocol '{protocol.Name}' has the learning rate {protocol.LearningRate}: "
                        + "lower it, or normalise the features.");
                }

                losses[epoch] += (double)loss * count / labels.Length;
                var residuals = (logProbabilities.exp() - nn.functional.one_hot(y, classes)) / count;
                var rate = protocol.LearningRateAt((epoch * stepsPerEpoch) + step, stepsPerEpoch);
                Update(weights, residuals.t().matmul(x), weightsMomentum, protocol, rate);
                Update(intercepts, residuals.sum([0L]), interceptsMomentum, protocol, rate);
            }

            progress?.Report(losses[epoch]);
        }

        return new LinearEvaluationResult(protocol, new LinearClassifier(Doubles(weights), Doubles(intercepts)), losses);
    }

    private static void Update(Tensor parameter, Tensor gradient, Tensor momentum, LinearEvaluationProtocol protocol, double rate)
    {
        var decayed = gradient + (parameter * protocol.WeightDecay);
        if (protocol.Optimizer == LinearEvaluationOptimizer.Lars)
        {
            var (parameterNorm, gradientNorm) = (parameter.norm().item<float>(), gradient.norm().item<float>());

            // Without a norm there is no ratio: intercepts start at zero and take their first step as with SGD.
            if (parameterNorm > 0 && gradientNorm > 0)
                decayed = decayed * (TrustCoefficient * parameterNorm / (gradientNorm + (protocol.WeightDecay * parameterNorm) + SmallestDenominator));
        }

        momentum.mul_(protocol.Momentum).add_(decayed);
        var step = protocol.Optimizer == LinearEvaluationOptimizer.NesterovSgd ? decayed + (momentum * protocol.Momentum) : momentum;
        parameter.sub_(step * rate);
    }

    private static double[] Doubles(Tensor values) => values.to(float64).cpu().data<double>().ToArray();

    /// <summary>The rows' numbers in an order that depends on seed and epoch alone (Fisher–Yates).</summary>
    private static long[] Shuffled(ulong seed, int epoch, int count)
    {
        var random = new RandomSequence(new RowKey(seed, epoch, 0, 0), view: 0, OrderOfRows);
        var order = new long[count];
        for (var i = 0; i < count; i++)
        {
            var j = (int)(random.NextDouble() * (i + 1));
            order[i] = order[j];
            order[j] = i;
        }

        return order;
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

/// <summary>A linear evaluation that has run.</summary>
/// <param name="Protocol">The protocol it followed.</param>
/// <param name="Classifier">The classifier after the last step.</param>
/// <param name="LossPerEpoch">Mean cross-entropy of every epoch's batches, each before its step.</param>
public sealed record LinearEvaluationResult(LinearEvaluationProtocol Protocol, LinearClassifier Classifier, IReadOnlyList<double> LossPerEpoch);
