using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Feature matrices as users hand them in: row after row in one array.</summary>
internal static class FeatureRows
{
    /// <summary>Below this a row counts as zero and is left as it is: torch's own bound in <c>normalize</c>.</summary>
    private const double SmallestNorm = 1e-12;

    /// <summary>Number of rows of <paramref name="features"/>, after checking that it is a matrix of finite values with <paramref name="dimension"/> columns.</summary>
    /// <exception cref="ArgumentException">The array is empty, no multiple of the dimension, or holds a value that is not finite.</exception>
    public static int Count(float[] features, int dimension, string name)
    {
        ArgumentNullException.ThrowIfNull(features, name);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        if (features.Length == 0 || features.Length % dimension != 0)
        {
            throw new ArgumentException(
                $"{name} holds {features.Length} values, which is no positive multiple of the {dimension} features a row has. Pass the rows one after another.", name);
        }

        var damaged = features.AsSpan().IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        if (damaged >= 0)
        {
            throw new ArgumentException(
                $"Feature {damaged % dimension} of row {damaged / dimension} in {name} is {features[damaged]}: the encoder has diverged, or the row was never filled. Train "
                    + "it again with a lower learning rate, a longer warm-up or a larger batch, or take an earlier checkpoint.", name);
        }

        return features.Length / dimension;
    }

    /// <summary>Number of columns of a matrix that has a row for each label.</summary>
    public static int Dimension(float[] features, int[] labels, string name, string labelsName)
    {
        ArgumentNullException.ThrowIfNull(features, name);
        ArgumentNullException.ThrowIfNull(labels, labelsName);
        if (labels.Length == 0 || features.Length % labels.Length != 0 || features.Length == 0)
        {
            throw new ArgumentException(
                $"{name} holds {features.Length} values for {labels.Length} labels: every label needs a row, and all rows the same number of features.", name);
        }

        var dimension = features.Length / labels.Length;
        _ = Count(features, dimension, name);
        return dimension;
    }

    /// <summary>Number of classes: <paramref name="declared"/>, or one more than the largest label.</summary>
    public static int ClassCount(int[] labels, int? declared, string name)
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        if (declared is < 1)
            throw new ArgumentOutOfRangeException(nameof(declared), declared, "The number of classes must be at least 1.");
        for (var row = 0; row < labels.Length; row++)
        {
            if (labels[row] < 0 || labels[row] >= (declared ?? int.MaxValue))
            {
                throw new ArgumentException(
                    $"The label of row {row} in {name} is {labels[row]}; labels are class indices from 0{(declared is { } count ? $" to {count - 1}" : "")}. Leave rows without a label out.",
                    name);
            }
        }

        return declared ?? labels.Max() + 1;
    }

    /// <summary>The rows as a tensor [n, d] that shares no memory with the array.</summary>
    public static Tensor ToTensor(float[] features, int dimension, ScalarType type, Device device) =>
        tensor(features).reshape(-1, dimension).to(type, device);

    /// <summary>Every row of [n, d] divided by its Euclidean norm.</summary>
    public static Tensor Normalise(Tensor rows) => rows / rows.norm(1, keepdim: true).clamp_min(SmallestNorm);

    /// <summary>Divides every row by its <see cref="Norm"/>, in place.</summary>
    public static void Normalise(float[] rows, int dimension)
    {
        for (var start = 0; start < rows.Length; start += dimension)
        {
            var row = rows.AsSpan(start, dimension);
            var norm = Norm(row);
            foreach (ref var value in row)
                value = (float)(value / norm);
        }
    }

    /// <summary>The Euclidean norm of a row, no smaller than the bound of <see cref="Normalise(Tensor)"/>.</summary>
    public static double Norm(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        foreach (var value in row)
            sum += (double)value * value;
        return Math.Max(Math.Sqrt(sum), SmallestNorm);
    }
}
