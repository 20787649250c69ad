using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>Stochastic gradient descent with momentum, in torch's convention: v ← μ v + g + λ w, w ← w − η v.</summary>
public sealed record Sgd : Optimizer
{
    /// <summary>SimSiam, section 3: 0.05 × batch / 256.</summary>
    internal const double DefaultLearningRate = 0.05;

    /// <summary>MoCo, section 3.3; SimSiam, section 3.</summary>
    internal const double DefaultWeightDecay = 1e-4;

    internal const double DefaultMomentum = 0.9;

    /// <summary>Stochastic gradient descent with the defaults.</summary>
    /// <remarks>Learning rate 0.05 × batch / 256, weight decay 0.0001 on every parameter (SimSiam, section 3).</remarks>
    public Sgd()
    {
        LearningRate = DefaultLearningRate;
        WeightDecay = DefaultWeightDecay;
    }

    /// <summary>The part μ of the last step's direction that is kept.</summary>
    /// <value>In [0, 1). The default value is 0.9.</value>
    public double Momentum { get; init; } = DefaultMomentum;

    /// <summary>Whether to look ahead along the momentum: w ← w − η (g + λ w + μ v).</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Nesterov { get; init; }

    internal override void Validate()
    {
        base.Validate();
        Require.BelowOne(Momentum);
    }

    internal override OptimizerState Create(IEnumerable<MethodParameter> parameters, double? fixedLearningRate = null) =>
        new Stepping(this, parameters, fixedLearningRate);

    private sealed class Stepping : OptimizerState
    {
        private readonly Sgd _sgd;
        private readonly Tensor _momentum;

        public Stepping(Sgd sgd, IEnumerable<MethodParameter> parameters, double? fixedLearningRate)
            : base(sgd, parameters, fixedLearningRate)
        {
            _sgd = sgd;
            _momentum = NewBuffer("momentum");
        }

        protected override void MoveRange(int first, int last, double learningRate, double weightDecay)
        {
            foreach (var (start, length) in Flat.Blocks(first, last))
            {
                using var scope = NewDisposeScope();
                Move(Flat.Values.narrow(0, start, length), Flat.Gradients!.narrow(0, start, length), _momentum.narrow(0, start, length), learningRate, weightDecay);
            }
        }

        private void Move(Tensor w, Tensor g, Tensor v, double learningRate, double weightDecay)
        {
            v.Scale(_sgd.Momentum).Add(g);
            if (weightDecay != 0)
                v.Add(w, weightDecay);
            if (!_sgd.Nesterov)
            {
                w.Add(v, -learningRate);
                return;
            }

            if (weightDecay != 0)
                w.Scale(1 - (learningRate * weightDecay));
            w.Add(g, -learningRate).Add(v, -learningRate * _sgd.Momentum);
        }
    }
}
