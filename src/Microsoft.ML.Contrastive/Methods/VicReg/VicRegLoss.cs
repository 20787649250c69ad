using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The three terms of VICReg (section 4.1). Z is [n, d]: a row an image, a column an output.</summary>
internal static class VicRegLoss
{
    /// <summary>ε of equation 2.</summary>
    internal const double Epsilon = 1e-4;

    /// <summary>λ s(Z, Z′) + μ (v(Z) + v(Z′)) + ν (c(Z) + c(Z′)) (equation 6).</summary>
    /// <param name="first">Z, [n, d], n at least 2.</param>
    /// <param name="second">Z′, [n, d].</param>
    /// <param name="options">The weights λ, μ, ν, the deviation γ and the averaging.</param>
    public static Tensor Loss(Tensor first, Tensor second, VicReg options)
    {
        // In single precision whatever the network computed in: covariances of halves lose digits.
        var (z1, z2) = (first.to(ScalarType.Float32), second.to(ScalarType.Float32));
        var invariance = Invariance(z1, z2);
        var variance = Variance(z1, options.TargetDeviation).Plus(Variance(z2, options.TargetDeviation));
        if (options.Averaging == VicRegAveraging.Released)
            (invariance, variance) = (invariance.Over(z1.shape[1]), variance.Over(2));
        return invariance.Times(options.InvarianceWeight).Plus(variance, options.VarianceWeight).Plus(Covariance(z1).Plus(Covariance(z2)), options.CovarianceWeight);
    }

    /// <summary>s(Z, Z′) = 1/n Σᵢ ‖zᵢ − z′ᵢ‖² (equation 5).</summary>
    internal static Tensor Invariance(Tensor z1, Tensor z2) => z1.Minus(z2).square().sum(1).mean();

    /// <summary>v(Z) = 1/d Σⱼ max(0, γ − √(Var(zʲ) + ε)) (equations 1 and 2), the variance with n − 1.</summary>
    internal static Tensor Variance(Tensor z, double targetDeviation) => z.var(0).Plus(Epsilon).sqrt().Times(-1).Plus(targetDeviation).relu().mean();

    /// <summary>c(Z) = 1/d Σ_{i≠j} C(Z)²ᵢⱼ with C(Z) = 1/(n − 1) Σᵢ (zᵢ − z̄)(zᵢ − z̄)ᵀ (equations 3 and 4).</summary>
    internal static Tensor Covariance(Tensor z)
    {
        var centred = z.Minus(z.mean([0]));
        var covariance = centred.t().mm(centred).Over(z.shape[0] - 1);                        // [d, d]
        return covariance.square().sum().Minus(covariance.diagonal().square().sum()).Over(z.shape[1]);
    }
}
