using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>The checks of settings: each message names the setting, its value and what is allowed.</summary>
internal static class Require
{
    public static void Positive(double value, [CallerArgumentExpression(nameof(value))] string setting = "") =>
        That(value > 0 && double.IsFinite(value), value, "It must be a finite number above 0.", setting);

    public static void NotNegative(double value, [CallerArgumentExpression(nameof(value))] string setting = "") =>
        That(value >= 0 && double.IsFinite(value), value, "It must be a finite number, 0 or above.", setting);

    /// <summary>For momenta and decay rates: 1 would never move.</summary>
    public static void BelowOne(double value, [CallerArgumentExpression(nameof(value))] string setting = "") =>
        That(value is >= 0 and < 1, value, "It must lie in [0, 1).", setting);

    public static void Fraction(double value, [CallerArgumentExpression(nameof(value))] string setting = "") =>
        That(value is >= 0 and <= 1, value, "It must lie in [0, 1].", setting);

    public static void AtLeast(int minimum, int value, [CallerArgumentExpression(nameof(value))] string setting = "") =>
        That(value >= minimum, value, $"It must be {minimum} or more.", setting);

    public static void Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string setting = "") where T : struct, Enum =>
        That(Enum.IsDefined(value), value, $"It must be one of {string.Join(", ", Enum.GetNames<T>())}.", setting);

    public static void That(bool holds, object value, string allowed, [CallerArgumentExpression(nameof(value))] string setting = "")
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(setting, value, $"{setting} is {FormattableString.Invariant($"{value}")}. {allowed}");
    }
}
