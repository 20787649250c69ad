using System.CommandLine.Parsing;
using System.Globalization;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>Texts to values, with errors that name the option, the value and what is allowed.</summary>
internal static class OptionParsing
{
    /// <summary>What a function makes of the option's text; its <see cref="ArgumentException"/> becomes the option's error.</summary>
    public static Func<ArgumentResult, T?> Parsed<T>(Func<string, T> parse) => result => Parsed(result, parse);

    /// <inheritdoc cref="Parsed{T}(Func{string, T})"/>
    public static T? Parsed<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens.Count == 0 ? "" : result.Tokens[0].Value);
        }
        catch (Exception error) when (error is ArgumentException or UsageException)
        {
            result.AddError($"{(result.Parent as OptionResult)?.Option.Name}: {FailureLine.Message(error).ReplaceLineEndings(" ")}");
            return default;
        }
    }

    /// <summary>Values separated by commas or given one after the other, each at most once.</summary>
    public static Func<ArgumentResult, T[]?> Each<T>(Func<string, T> parse) => result => Parsed(result, _ =>
    {
        string[] texts = [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries))];
        T[] values = [.. texts.Select(parse)];
        int twice = Array.FindIndex(values, value => values.Count(other => Equals(other, value)) > 1);
        return twice < 0 ? values : throw new ArgumentException($"'{texts[twice]}' is named twice.");
    });

    /// <summary>One of some names.</summary>
    public static Func<string, string> OneOf(IReadOnlyCollection<string> names) => text => names.Contains(text)
        ? text
        : throw new ArgumentException($"There is no '{text}'.{NearNames.Suggestion(text, names)} There are: {string.Join(", ", names)}.");

    /// <summary>A finite number.</summary>
    public static double Finite(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
        ? number
        : throw new ArgumentException($"'{text}' is not a finite number.");

    /// <summary>A whole number within limits.</summary>
    public static Func<ArgumentResult, int?> Whole(int least, int most = int.MaxValue) => Parsed<int?>(text =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
        ? value
        : throw new ArgumentException($"'{text}' is not a whole number from {least}{(most == int.MaxValue ? " on" : $" to {most}")}."));
}
