using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training.Optimization;

/// <summary>A bound on the length of gradients: longer ones are shortened to it.</summary>
public sealed record GradientClipping
{
    /// <summary>Added to the length before dividing, as in torch and in DINO.</summary>
    internal const double Epsilon = 1e-6;

    /// <summary>The default of <see cref="MaxNorm"/>: DINO, main_dino.py, <c>--clip_grad</c>.</summary>
    internal const double DefaultMaxNorm = 3.0;

    /// <summary>The largest length.</summary>
    /// <value>Above 0. The default value is 3.</value>
    public double MaxNorm { get; init; } = DefaultMaxNorm;

    /// <summary>Of what the length is bounded.</summary>
    /// <value>The default value is <see cref="ClippingScope.AllParameters"/>.</value>
    public ClippingScope Scope { get; init; }

    internal void Validate()
    {
        Require.Positive(MaxNorm);
        Require.Defined(Scope);
    }
}

/// <summary>Of what the length of gradients is bounded.</summary>
public enum ClippingScope
{
    /// <summary>Of all gradients taken as one vector: keeps their direction (Pascanu et al., 2013).</summary>
    AllParameters,

    /// <summary>Of each parameter's gradient by itself (DINO, utils.py, <c>clip_gradients</c>).</summary>
    EachParameter,
}
