using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>Supervised classification in training. Each view of a row is an example of the row's class.</summary>
internal sealed class SupervisedModule : TrainingModule
{
    private readonly CrossEntropy _settings;
    private readonly BackboneModule _encoder;

    public SupervisedModule(CrossEntropy settings, BackboneModule encoder)
        : base(nameof(CrossEntropy))
    {
        _settings = settings;
        _encoder = encoder;
        Classifier = nn.Linear(encoder.FeatureDimension, settings.ClassCount);
        register_module("encoder", encoder);
        register_module("classifier", Classifier);
    }

    public override BackboneModule Encoder => _encoder;

    /// <summary>From features to logits.</summary>
    public Linear Classifier { get; }

    public override nn.Module Result => this;

    private bool IsFrozen => _settings.EncoderLearningRateFactor == 0;

    public override IEnumerable<MethodParameter> TrainableParameters() =>
        from parameter in base.TrainableParameters()
        let isEncoders = parameter.Name.StartsWith("encoder.", StringComparison.Ordinal)
        where !(isEncoders && IsFrozen)
        select isEncoders ? parameter with { LearningRateFactor = _settings.EncoderLearningRateFactor } : parameter;

    public override Tensor Loss(IReadOnlyList<Tensor> views, Tensor? labels, TrainingPosition position)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Tensor logits = Classifier.call(Features(views.Count == 1 ? views[0] : cat([.. views])));   // [V·B, C]
        return nn.functional.cross_entropy(logits, labels.repeat(views.Count), label_smoothing: _settings.LabelSmoothing);
    }

    private Tensor Features(Tensor images)
    {
        if (!IsFrozen)
            return _encoder.call(images);
        // As in scoring: batch norms neither normalise by the batch nor learn from it.
        _encoder.eval();
        using var noGradients = no_grad();
        return _encoder.call(images);
    }
}
