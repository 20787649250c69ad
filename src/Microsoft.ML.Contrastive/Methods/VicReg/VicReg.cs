using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// VICReg: the two views of an image become alike (invariance), while every output keeps its spread over the batch (variance) and no two outputs say the
/// same (covariance) (Bardes, Ponce and LeCun, "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning", ICLR 2022).
/// </summary>
/// <remarks>
/// No negatives, no second network, no unit vectors: collapse is ruled out by the loss itself. Wants wide outputs; their covariance takes
/// d² numbers (256 MB at 8192). Defaults are those of the paper and of facebookresearch/vicreg.
/// </remarks>
public sealed record VicReg : ContrastiveMethod
{
    /// <summary>Section 4.2: λ and μ.</summary>
    internal const double DefaultWeight = 25;

    /// <summary>Section 4.2: ν.</summary>
    internal const double DefaultCovarianceWeight = 1;

    /// <summary>Section 4.1, after equation 1: γ.</summary>
    internal const double DefaultTargetDeviation = 1;

    /// <summary>Section 4.2: three layers of 8192.</summary>
    internal const int DefaultExpanderDimension = 8192;

    /// <inheritdoc cref="DefaultExpanderDimension"/>
    internal const int DefaultExpanderLayers = 3;

    /// <inheritdoc/>
    public override string Name => "vicreg";

    /// <summary>Weight λ of the distance between the views.</summary>
    /// <value>0 or above. The default value is 25 (section 4.2).</value>
    public double InvarianceWeight { get; init; } = DefaultWeight;

    /// <summary>Weight μ of the missing spread. Without it everything collapses to a point.</summary>
    /// <value>0 or above. The default value is 25 (section 4.2).</value>
    public double VarianceWeight { get; init; } = DefaultWeight;

    /// <summary>Weight ν of the covariances. Without it outputs repeat one another.</summary>
    /// <value>0 or above. The default value is 1 (section 4.2).</value>
    public double CovarianceWeight { get; init; } = DefaultCovarianceWeight;

    /// <summary>The standard deviation γ over the batch that each output is to have at least.</summary>
    /// <value>Above 0. The default value is 1 (section 4.1).</value>
    public double TargetDeviation { get; init; } = DefaultTargetDeviation;

    /// <summary>Width of the expander's layers, the last one's included.</summary>
    /// <value>2 or more. The default value is 8192 (section 4.2); small data sets do with 2048.</value>
    public int ExpanderDimension { get; init; } = DefaultExpanderDimension;

    /// <summary>Linear layers of the expander.</summary>
    /// <value>1 or more. The default value is 3 (section 4.2).</value>
    public int ExpanderLayers { get; init; } = DefaultExpanderLayers;

    /// <summary>How the terms are averaged: the paper's equations and its authors' code differ.</summary>
    /// <value>The default value is <see cref="VicRegAveraging.Released"/>, with which the published weights were found.</value>
    public VicRegAveraging Averaging { get; init; }

    internal override void Validate()
    {
        Require.NotNegative(InvarianceWeight);
        Require.NotNegative(VarianceWeight);
        Require.NotNegative(CovarianceWeight);
        Require.Positive(TargetDeviation);
        Require.AtLeast(2, ExpanderDimension);
        Require.AtLeast(1, ExpanderLayers);
        Require.Defined(Averaging);
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new VicRegModule(this, backbone.Create());
    }
}

/// <summary>How the terms of <see cref="VicReg"/> are averaged.</summary>
public enum VicRegAveraging
{
    /// <summary>The squared distance is averaged over the outputs as well, the variance terms of the two views are averaged (facebookresearch/vicreg).</summary>
    Released,

    /// <summary>The squared distance is summed over the outputs, the variance terms of the two views are added (equations 5 and 6).</summary>
    Equations,
}
