using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>
/// Layer-wise adaptive rate scaling (You et al., "Large Batch Training of Convolutional Networks", 2017): for each parameter,
/// d = g + λ w, d ← d · trust ‖w‖ / ‖d‖ (unscaled where either length is 0), v ← μ v + d, w ← w − η v. As MoCo v3 has it unless options say otherwise.
/// </summary>
/// <remarks>
/// Parameters excluded by <see cref="Optimizer.WeightDecayExclusion"/> are neither decayed nor adapted. The public implementations differ in the
/// ratio, the exclusion and the place of the learning rate; see the options.
/// </remarks>
public sealed record Lars : Optimizer
{
    /// <summary>SimCLR, section 2.2: 0.3 × batch / 256.</summary>
    internal const double DefaultLearningRate = 0.3;

    /// <summary>SimCLR, section 2.2; MoCo v3.</summary>
    internal const double DefaultWeightDecay = 1e-6;

    internal const double DefaultMomentum = 0.9;

    /// <summary>MoCo v3, SimCLR and BYOL; solo-learn uses 0.02 on CIFAR.</summary>
    internal const double DefaultTrustCoefficient = 0.001;

    /// <summary>The ε that Lightning Bolts adds to the denominator of its ratio.</summary>
    private const double LightningEpsilon = 1e-8;

    /// <summary>LARS with the defaults.</summary>
    /// <remarks>Learning rate 0.3 × batch / 256, weight decay 0.000001 (SimCLR, section 2.2), parameters of at most one dimension excluded (MoCo v3).</remarks>
    public Lars()
    {
        LearningRate = DefaultLearningRate;
        WeightDecay = DefaultWeightDecay;
        WeightDecayExclusion = ParameterExclusion.AtMostOneDimension;
    }

    /// <summary>The part μ of the last step's direction that is kept.</summary>
    /// <value>In [0, 1). The default value is 0.9.</value>
    public double Momentum { get; init; } = DefaultMomentum;

    /// <summary>How long a step may be relative to the weights it moves.</summary>
    /// <value>Above 0. The default value is 0.001.</value>
    public double TrustCoefficient { get; init; } = DefaultTrustCoefficient;

    /// <summary>The ratio of lengths.</summary>
    /// <value>The default value is <see cref="LarsRatio.DecayedGradient"/>.</value>
    public LarsRatio Ratio { get; init; }

    /// <summary>Whether the learning rate enters the momentum, so that a change of the rate takes effect gradually (google-research/simclr, "classic momentum").</summary>
    /// <value>The default value is <see langword="false"/>: the rate multiplies the momentum at each step.</value>
    public bool LearningRateInMomentum { get; init; }

    /// <summary>Whether parameters are adapted even where they are not decayed because <see cref="Optimizer.WeightDecay"/> is 0.</summary>
    /// <value>The default value is <see langword="true"/>; lightly and Lightning Bolts have <see langword="false"/>.</value>
    public bool AdaptWithoutWeightDecay { get; init; } = true;

    internal override void Validate()
    {
        base.Validate();
        Require.BelowOne(Momentum);
        Require.Positive(TrustCoefficient);
        Require.Defined(Ratio);
    }

    internal override OptimizerState Create(IEnumerable<MethodParameter> parameters, double? fixedLearningRate = null) =>
        new Stepping(this, parameters, fixedLearningRate);

    private sealed class Stepping : OptimizerState
    {
        private readonly Lars _lars;
        private readonly Tensor _momentum;

        public Stepping(Lars lars, IEnumerable<MethodParameter> parameters, double? fixedLearningRate)
            : base(lars, parameters, fixedLearningRate)
        {
            _lars = lars;
            _momentum = NewBuffer("momentum");
        }

        protected override void MoveRange(int first, int last, double learningRate, double weightDecay)
        {
            if (!IsDecayed(first) || (weightDecay == 0 && !_lars.AdaptWithoutWeightDecay))
            {
                foreach (var (start, length) in Flat.Blocks(first, last))
                {
                    using var scope = NewDisposeScope();
                    Move(start, length, learningRate, (momentum, rate) => momentum.Add(Flat.Gradients!.narrow(0, start, length), rate));
                }

                return;
            }

            for (var i = first; i <= last; i++)
                MoveAdapted(i, learningRate, weightDecay);
        }

        /// <summary>The lengths are of single parameters, so these go one by one; the ratio stays on the device.</summary>
        private void MoveAdapted(int parameter, double learningRate, double weightDecay)
        {
            using var scope = NewDisposeScope();
            var ratio = Ratio(parameter, weightDecay);
            foreach (var (start, length) in Flat.Blocks(parameter, parameter))
            {
                using var block = NewDisposeScope();
                Move(start, length, learningRate, (momentum, rate) =>
                {
                    momentum.AddProduct(Flat.Gradients!.narrow(0, start, length), ratio, rate);
                    if (weightDecay != 0)
                        momentum.AddProduct(Flat.Values.narrow(0, start, length), ratio, rate * weightDecay);
                });
            }
        }

        private void Move(long start, long length, double learningRate, Action<Tensor, double> addDirection)
        {
            var (w, v) = (Flat.Values.narrow(0, start, length), _momentum.narrow(0, start, length));
            addDirection(v.Scale(_lars.Momentum), _lars.LearningRateInMomentum ? learningRate : 1);
            w.Add(v, _lars.LearningRateInMomentum ? -1 : -learningRate);
        }

        /// <summary>What the direction of one parameter is multiplied by, a tensor without dimensions.</summary>
        private Tensor Ratio(int parameter, double weightDecay)
        {
            List<Tensor> ww = [], wg = [], gg = [];
            foreach (var (start, length) in Flat.Blocks(parameter, parameter))
            {
                var (w, g) = (Flat.Values.narrow(0, start, length), Flat.Gradients!.narrow(0, start, length));
                ww.Add(w.dot(w));
                gg.Add(g.dot(g));
                if (weightDecay != 0)
                    wg.Add(w.dot(g));
            }

            var (weightSquare, gradientSquare) = (Sum(ww), Sum(gg));
            var denominator = gradientSquare;
            // ‖g + λ w‖² = g·g + 2 λ w·g + λ² w·w, which spares writing the sum; rounding may take it below 0.
            if (_lars.Ratio == LarsRatio.DecayedGradient && weightDecay != 0)
                denominator = gradientSquare.Plus(Sum(wg), 2 * weightDecay).Add(weightSquare, weightDecay * weightDecay).relu_();
            var (weightNorm, gradientNorm) = (weightSquare.sqrt(), denominator.sqrt());
            denominator = _lars.Ratio == LarsRatio.DecayedGradient ? gradientNorm : gradientNorm.Plus(weightNorm, weightDecay).Add(LightningEpsilon);
            return where((weightNorm > 0) & (gradientNorm > 0), weightNorm.Times(_lars.TrustCoefficient) / denominator, ones_like(weightNorm));
        }

        private static Tensor Sum(List<Tensor> blocks) => blocks.Count == 1 ? blocks[0] : stack(blocks).sum();
    }
}

/// <summary>How LARS compares the length of the weights w with that of their gradient g, λ being the weight decay.</summary>
public enum LarsRatio
{
    /// <summary>‖w‖ / ‖g + λ w‖ (MoCo v3, DINO, Barlow Twins, BYOL, SimCLR).</summary>
    DecayedGradient,

    /// <summary>‖w‖ / (‖g‖ + λ ‖w‖ + 10⁻⁸) (Lightning Bolts, and after it solo-learn and lightly).</summary>
    SumOfNorms,
}
