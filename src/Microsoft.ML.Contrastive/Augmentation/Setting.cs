using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Checks single settings where they are set, so that the exception points at the user's own line.</summary>
internal static class Setting
{
    public static double Probability(double value, [CallerMemberName] string name = "") =>
        value is >= 0 and <= 1 ? value : throw OutOfRange(name, value, "a probability, 0 to 1");

    public static double AtLeastZero(double value, double highest = double.MaxValue, [CallerMemberName] string name = "") =>
        value >= 0 && value <= highest
            ? value
            : throw OutOfRange(name, value, highest == double.MaxValue ? "a finite number, at least 0" : FormattableString.Invariant($"0 to {highest}"));

    public static double Finite(double value, [CallerMemberName] string name = "") =>
        double.IsFinite(value) ? value : throw OutOfRange(name, value, "any finite number");

    /// <summary>A range of positive numbers: 0 &lt; Min ≤ Max ≤ highest.</summary>
    public static (double Min, double Max) PositiveRange((double Min, double Max) value, double highest = double.MaxValue, [CallerMemberName] string name = "") =>
        value.Min > 0 && value.Min <= value.Max && value.Max <= highest
            ? value
            : throw OutOfRange(
                name, value, highest == double.MaxValue ? "0 < Min <= Max, both finite" : FormattableString.Invariant($"0 < Min <= Max <= {highest}"));

    /// <summary>An enumeration value that is defined.</summary>
    public static T Defined<T>(T value, [CallerMemberName] string name = "")
        where T : struct, Enum =>
        Enum.IsDefined(value) ? value : throw OutOfRange(name, value, "one of " + string.Join(", ", Enum.GetNames<T>()));

    public static ArgumentOutOfRangeException OutOfRange(string name, object value, string allowed) =>
        new(name, value, FormattableString.Invariant($"{name} is {value}; allowed is {allowed}."));
}
