using System.Collections.Immutable;
using Microsoft.ML.Transforms;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What ML.NET's normalisers between features and classifier do to a feature: x · scale + shift. Behind it a linear classifier stays linear.</summary>
/// <param name="Scale">Factors, D values.</param>
/// <param name="Shift">Summands, D values.</param>
internal sealed record AffineNormalization(double[] Scale, double[] Shift)
{
    /// <summary>Nothing is changed.</summary>
    /// <param name="dimension">Number of features D.</param>
    public static AffineNormalization None(int dimension) => new([.. Enumerable.Repeat(1.0, dimension)], new double[dimension]);

    /// <summary>This, and then a fitted normaliser.</summary>
    /// <param name="parameters">What the normaliser has been fitted to.</param>
    /// <exception cref="NotSupportedException">It is not affine; the message tells what it is.</exception>
    public AffineNormalization Then(NormalizingTransformer.NormalizerModelParametersBase? parameters)
    {
        if (parameters is not NormalizingTransformer.AffineNormalizerModelParameters<ImmutableArray<float>> { Scale: var scale, Offset: var offset } || scale.Length != Scale.Length)
            throw new NotSupportedException(
                $"it is no scaling of each feature by itself (its parameters are a {parameters?.GetType().Name.Split('`')[0] ?? "mystery"}). Use NormalizeMeanVariance, "
                    + "NormalizeMinMax or NormalizeRobustScaling, without cumulative distribution and bins");
        // ML.NET's is (x − offset) · scale, and without offsets where all are 0.
        double Offset(int i) => offset.IsDefaultOrEmpty ? 0 : offset[i];
        return new AffineNormalization([.. Scale.Select((s, i) => s * scale[i])], [.. Shift.Select((s, i) => (s - Offset(i)) * scale[i])]);
    }

    /// <summary>The classifier on features as they are that gives what this one gives on normalised ones: W·(s∘x + t) + b.</summary>
    public ClassifierHead Into(ClassifierHead head)
    {
        int dimension = Scale.Length;
        var weights = new float[head.Weights.Length];
        var intercepts = new float[head.ClassCount];
        for (int c = 0; c < head.ClassCount; c++)
        {
            double intercept = head.Intercepts[c];
            for (int i = 0; i < dimension; i++)
            {
                double weight = head.Weights[(c * dimension) + i];
                weights[(c * dimension) + i] = (float)(weight * Scale[i]);
                intercept += weight * Shift[i];
            }

            intercepts[c] = (float)intercept;
        }

        return head with { Weights = weights, Intercepts = intercepts };
    }
}
