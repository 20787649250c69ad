using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Distributions;

/// <summary>Parameters of the distribution cases in the words of the steps.</summary>
internal static class CaseParameters
{
    public static double Number(this GoldenCase c, string name) => c.Params.GetProperty(name).GetDouble();

    public static double[] Numbers(this GoldenCase c, string name) => [.. c.Params.GetProperty(name).EnumerateArray().Select(n => n.GetDouble())];

    public static (double Min, double Max) Range(this GoldenCase c, string name) => c.Numbers(name) is [var min, var max]
        ? (min, max)
        : throw new InvalidDataException($"'{name}' is not a pair of numbers.");

    /// <summary>
    /// The law of a case's log ratio, on the bound <c>s_b</c> that the case states: log(s_max/s_min) of the paper, or that of the released code, which subtracts a
    /// constant inside the logarithm and knows β = 0 alone.
    /// </summary>
    public static JointLaw Law(this GoldenCase c)
    {
        double beta = c.Number("beta"), ratio = c.Number("s_max") / c.Number("s_min"), bound = c.Params.Number("s_b", Math.Log(ratio));
        if (Math.Abs(bound - Math.Log(ratio)) < 1e-9)
            return new BetaLaw(beta);
        return beta == 0 && bound < Math.Log(ratio)
            ? new ReleasedLaw(ratio - Math.Exp(bound))
            : throw new InvalidDataException($"The parameter 's_b' is {bound}; this runner knows log(s_max/s_min) = {Math.Log(ratio)}, and smaller ones for beta 0.");
    }

    public static ImageSize Image(this GoldenCase c) => new(c.Params.GetProperty("image_width").GetInt32(), c.Params.GetProperty("image_height").GetInt32());
}
