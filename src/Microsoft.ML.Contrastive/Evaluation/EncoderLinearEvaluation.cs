using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>A linear evaluation from images to numbers: the protocol's own views on both sides, its optimiser between them.</summary>
internal sealed class EncoderLinearEvaluation
{
    private const uint HeldOutRows = 0x484F_4C44;

    private readonly MLContext _context;
    private readonly LinearEvaluationProtocol _protocol;
    private readonly LinearEvaluationOptions _options;
    private readonly LabelledImages _images;
    private readonly LinearEvaluationFeatures _features;
    private readonly ImageEncoder _encoder;
    private readonly int _seed;
    private readonly IDataView _train;
    private readonly IDataView _test;

    /// <summary>Checks everything that can be checked without decoding an image.</summary>
    public EncoderLinearEvaluation(
        MLContext context, ITransformer encoder, IDataView train, IDataView test, LinearEvaluationProtocol protocol, LinearEvaluationOptions options)
    {
        protocol.Validate();
        options.Validate();
        if (options.HeldOutFraction > 0 && protocol.SweptLearningRates.Count == 0)
        {
            throw new ArgumentException(
                $"{nameof(LinearEvaluationOptions.HeldOutFraction)} is {options.HeldOutFraction}, but the protocol '{protocol.Name}' has one learning rate. Set it to 0, or "
                    + $"give the protocol {nameof(LinearEvaluationProtocol.SweptLearningRates)}.",
                nameof(options));
        }

        (_context, _protocol, _options) = (context, protocol, options);
        _images = LabelledImages.Read(train, test, options.LabelColumnName);
        _features = LinearEvaluationFeatures.Of(encoder, protocol.Tokens);
        _encoder = new ImageEncoder(context, encoder, options, protocol.CentralCropFilter, _features.Output);
        _seed = options.Seed ?? MlNetInternals.Seed((IHostEnvironment)context) ?? System.Random.Shared.Next();
        _test = _encoder.Encode(test, nameof(test), _seed, _encoder.Central);
        CentralTrain = _encoder.Encode(train, nameof(train), _seed, _encoder.Central);
        _train = Augments ? _encoder.Encode(train, nameof(train), _seed, _encoder.Random(protocol.CropScale), new HorizontalFlip()) : CentralTrain;
    }

    private IDataView CentralTrain { get; }

    private bool Augments => _options.TrainingImages == LinearEvaluationImages.AugmentedEveryEpoch;

    public LinearEvaluationMetrics Run()
    {
        TorchRuntime.EnsureLoaded();
        var testFeatures = _encoder.Features(_test, _images.TestLabels.Length, epoch: 0);
        var dimension = testFeatures.Length / _images.TestLabels.Length;

        var trials = _options.HeldOutFraction > 0 ? TryLearningRates(dimension) : [];
        var protocol = trials.Count > 0 ? _protocol with { LearningRate = trials.MaxBy(trial => double.IsNaN(trial.HeldOutTop1) ? -1 : trial.HeldOutTop1)!.LearningRate } : _protocol;
        using var run = new LinearEvaluationRun(protocol, _images.TrainLabels, _images.TrainClassCount, dimension, (uint)_seed, CPU);
        foreach (var rows in Epochs(dimension))
        {
            var loss = run.Epoch(rows, _options.Cancellation);
            _options.Progress?.Report(loss);
        }

        var result = run.Result();
        var (predicted, top5) = Classify(result.Classifier, testFeatures, _images.TestLabels);
        return new LinearEvaluationMetrics(_images, predicted, top5)
        {
            Images = (Augments
                ? FormattableString.Invariant($"trained on random resized crops of scale {_protocol.CropScale.Min}–{_protocol.CropScale.Max} with flips, new in every epoch")
                : "trained on central crops, the same in every epoch") + $", tested: {_encoder.CentralDescription}",
            Seed = _seed,
            Protocol = protocol,
            Features = _features.Description,
            HasPublishedFeatures = _features.IsPublished,
            TrainingImages = _options.TrainingImages,
            LearningRateTrials = trials,
            Classifier = result.Classifier,
            LossPerEpoch = result.LossPerEpoch,
        };
    }

    /// <summary>The features [n, d] of every epoch in turn, each valid until the next.</summary>
    private IEnumerable<Tensor> Epochs(int dimension)
    {
        Tensor? rows = null;
        try
        {
            for (var epoch = 0; epoch < _protocol.Epochs; epoch++)
            {
                if (rows is null || Augments)
                {
                    var features = _encoder.Features(_train, _images.TrainLabels.Length, epoch);
                    rows?.Dispose();
                    using var scope = NewDisposeScope();
                    rows = FeatureRows.ToTensor(features, dimension, float32, CPU).DetachFromDisposeScope();
                }

                yield return rows;
            }
        }
        finally
        {
            rows?.Dispose();
        }
    }

    /// <summary>Trains a classifier for each rate, all on the same features, and asks each about the rows that none of them has seen.</summary>
    private List<LearningRateTrial> TryLearningRates(int dimension)
    {
        var count = _images.TrainLabels.Length;
        var order = LinearEvaluationRun.Shuffled((uint)_seed, 0, count, HeldOutRows);
        var heldOut = (int)Math.Round(count * _options.HeldOutFraction);
        if (heldOut < 1 || heldOut == count)
            throw new ArgumentException(
                $"{nameof(LinearEvaluationOptions.HeldOutFraction)} = {_options.HeldOutFraction} of {count} training rows leaves {count - heldOut} to train on and {heldOut} "
                    + "to choose by; each needs at least one.");
        int[] LabelsOf(long[] rows) => Array.ConvertAll(rows, row => _images.TrainLabels[row]);
        var (heldOutRows, keptRows) = (order[..heldOut], order[heldOut..]);
        var (keptLabels, heldOutLabels) = (LabelsOf(keptRows), LabelsOf(heldOutRows));

        using var kept = tensor(keptRows);
        LinearEvaluationRun?[] runs = [.. _protocol.SweptLearningRates.Select(rate =>
            new LinearEvaluationRun(_protocol with { LearningRate = rate }, keptLabels, _images.TrainClassCount, dimension, (uint)_seed, CPU))];
        try
        {
            foreach (var rows in Epochs(dimension))
            {
                using var chosen = rows.index_select(0, kept);
                for (var i = 0; i < runs.Length; i++)
                    Attempt(ref runs[i], run => run.Epoch(chosen, _options.Cancellation));
            }

            var central = _encoder.Features(CentralTrain, count, epoch: 0);
            float[] heldOutFeatures = [.. heldOutRows.SelectMany(row => central[((int)row * dimension)..(((int)row + 1) * dimension)])];
            var trials = new List<LearningRateTrial>();
            for (var i = 0; i < runs.Length; i++)
            {
                var accuracy = double.NaN;
                Attempt(ref runs[i], run => accuracy = run.Result().Classifier.Accuracy(heldOutFeatures, heldOutLabels));
                trials.Add(new LearningRateTrial(_protocol.SweptLearningRates[i], accuracy));
            }

            return trials.Exists(trial => !double.IsNaN(trial.HeldOutTop1)) ? trials : throw new InvalidOperationException(
                $"The loss left the finite numbers with every learning rate of the protocol '{_protocol.Name}' ({string.Join(", ", _protocol.SweptLearningRates)}): lower "
                    + "them, or normalise the features.");
        }
        finally
        {
            foreach (var run in runs)
                run?.Dispose();
        }
    }

    /// <summary>A rate that is too high is an answer, not an error: its run ends.</summary>
    private static void Attempt(ref LinearEvaluationRun? run, Action<LinearEvaluationRun> step)
    {
        try
        {
            if (run is not null)
                step(run);
        }
        catch (InvalidOperationException)
        {
            run?.Dispose();
            run = null;
        }
    }

    private static (int[] Predicted, double Top5) Classify(LinearClassifier classifier, float[] features, int[] labels)
    {
        var scores = classifier.Scores(features);
        var classes = classifier.ClassCount;
        var predicted = new int[labels.Length];
        var right = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<double> own = scores.AsSpan(row * classes, classes);
            predicted[row] = own.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max(own));
            if (labels[row] < classes && TopKAccuracy.Rank(own, labels[row]) < 5)
                right++;
        }

        return (predicted, (double)right / labels.Length);
    }
}
