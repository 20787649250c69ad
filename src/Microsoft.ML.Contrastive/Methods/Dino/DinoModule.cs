using Microsoft.ML.Contrastive.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>DINO in training: algorithm 1 of the paper, with multi-crop.</summary>
internal sealed class DinoModule : MethodModule
{
    private const int GlobalViews = 2;

    private readonly Dino _options;
    private readonly ProjectedEncoder _student;
    private readonly DinoHead _studentHead;
    private readonly MomentumCopy _teacher;
    private readonly ProjectedEncoder _result;
    private readonly StepRows _teacherMeans = new();

    public DinoModule(Dino options, Backbone backbone)
        : base(nameof(Dino))
    {
        _options = options;
        _student = Network(options, backbone.Create());
        _studentHead = (DinoHead)_student.Projector;
        var teacher = Network(options, backbone.Create());
        _teacher = new MomentumCopy(teacher, _student);
        var handsOutTeacher = options.EncoderFrom == DinoNetwork.Teacher;
        _result = handsOutTeacher ? teacher : _student;
        register_module("student", _student);

        // Whoever reads weights from a checkpoint takes the "teacher", and the "student" where there is none.
        register_module(handsOutTeacher ? "teacher" : "momentum", _teacher);
        register_buffer("center", zeros(options.Prototypes));
    }

    public override BackboneModule Encoder => _result.Encoder;

    /// <summary>Up to the bottleneck: the prototypes behind it are classes of training, not a projection.</summary>
    public override ProjectionHead Projector => new(((DinoHead)_result.Projector).Perceptron, UnitLength: true);

    /// <summary>What the teacher's outputs are centred by, [prototypes].</summary>
    public Tensor Center => get_buffer("center")!;

    /// <summary>Biases and norms are spared weight decay (utils.py, get_params_groups).</summary>
    public override IEnumerable<MethodParameter> TrainableParameters() => base.TrainableParameters().Select(p =>
        p with { NoWeightDecay = p.Name.EndsWith(".bias", StringComparison.Ordinal) || p.Parameter.dim() == 1 });

    public override Tensor Loss(IReadOnlyList<Tensor> views, TrainingPosition position)
    {
        var teacher = _teacher.call(cat([.. views.Take(GlobalViews)]));
        var student = _studentHead.call(cat([.. BySize(views).Select(same => _student.Encoder.call(cat(same)))]));
        var loss = DinoLoss.Loss(
            student.chunk(views.Count), teacher.chunk(GlobalViews), Center, _options.StudentTemperature, _options.TeacherTemperatureAt(position.Epoch));
        if (training && _teacherMeans.Add(DinoLoss.Mean(teacher), position) is { } means)
            DinoLoss.MoveCenter(Center, means, _options.CenterMomentum);        // after its use, as in the original
        return loss;
    }

    public override void BeforeOptimizerStep(TrainingPosition position)
    {
        if (position.Epoch >= _options.FreezeLastLayerEpochs)
            return;
        foreach (var parameter in _studentHead.LastLayer.parameters())
            parameter.grad = null;
    }

    public override void AfterOptimizerStep(TrainingPosition position) => _teacher.Follow(MomentumAt(position));

    internal double MomentumAt(TrainingPosition position) => MomentumSchedule.At(position, _options.Momentum, end: 1);

    private static ProjectedEncoder Network(Dino options, BackboneModule encoder) => new(encoder, new DinoHead(options, encoder.FeatureDimension));

    /// <summary>Neighbouring views of one width: each group takes one pass, so that batch norm sees it whole (utils.py, MultiCropWrapper).</summary>
    private static IEnumerable<Tensor[]> BySize(IReadOnlyList<Tensor> views)
    {
        var first = 0;
        for (var i = 1; i <= views.Count; i++)
        {
            if (i < views.Count && views[i].shape[^1] == views[first].shape[^1])
                continue;
            yield return [.. views.Skip(first).Take(i - first)];
            first = i;
        }
    }
}
