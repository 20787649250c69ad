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

    public static ImageSize Image(this GoldenCase c) => new(c.Params.GetProperty("image_width").GetInt32(), c.Params.GetProperty("image_height").GetInt32());
}
