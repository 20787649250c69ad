using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>The steps of <see cref="Adam"/> and <see cref="AdamW"/>, which differ in the place of weight decay alone.</summary>
internal sealed class AdamMoments : OptimizerState
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly bool _decoupledDecay;
    private readonly Tensor _first;
    private readonly Tensor _second;

    /// <summary>Steps done, of each parameter: one that was frozen for a while corrects its bias by its own count, as in torch.</summary>
    private readonly Tensor _steps;
    private readonly Tensor _towardsGradient;

    public AdamMoments(AdaptiveMomentEstimation optimizer, IEnumerable<MethodParameter> parameters, double? fixedLearningRate, bool decoupledDecay)
        : base(optimizer, parameters, fixedLearningRate)
    {
        (_beta1, _beta2, _epsilon, _decoupledDecay) = (optimizer.Beta1, optimizer.Beta2, optimizer.Epsilon, decoupledDecay);
        _first = NewBuffer("first_moment");
        _second = NewBuffer("second_moment");
        _steps = zeros(Flat.Parameters.Count, ScalarType.Int64, CPU).DetachFromDisposeScope();
        _towardsGradient = tensor(1 - _beta1, Flat.Values.dtype, Flat.Values.device).DetachFromDisposeScope();
    }

    public override IEnumerable<(string Name, Tensor Tensor)> State => base.State.Append(("steps", _steps));

    protected override void BeginStep(bool[] active) => _steps.Add(tensor(active.Select(a => a ? 1L : 0L).ToArray()));

    protected override bool MoveAlike(int first, int other) => base.MoveAlike(first, other) && StepsOf(first) == StepsOf(other);

    protected override void MoveRange(int first, int last, double learningRate, double weightDecay)
    {
        var steps = StepsOf(first);
        foreach (var (start, length) in Flat.Blocks(first, last))
        {
            using var scope = NewDisposeScope();
            var (w, g) = (Flat.Values.narrow(0, start, length), Flat.Gradients!.narrow(0, start, length));
            var (m, v) = (_first.narrow(0, start, length), _second.narrow(0, start, length));
            if (weightDecay != 0 && _decoupledDecay)
                w.Scale(1 - (learningRate * weightDecay));
            else if (weightDecay != 0)
                g = g.Plus(w, weightDecay);

            m.lerp_(g, _towardsGradient);
            v.Scale(_beta2).AddProduct(g, g, 1 - _beta2);
            var denominator = v.sqrt().Divide(Math.Sqrt(1 - Math.Pow(_beta2, steps))).Add(_epsilon);
            w.AddQuotient(m, denominator, -learningRate / (1 - Math.Pow(_beta1, steps)));
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
            return;
        _steps.Dispose();
        _towardsGradient.Dispose();
    }

    private long StepsOf(int parameter) => _steps.data<long>()[parameter];
}
