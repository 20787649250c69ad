using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>Says in the words of a configuration what does not fit in it: the key, the value, and what is allowed.</summary>
internal static partial class ConfigurationMisfit
{
    /// <summary>A value of another type than its key's, or a key that there is not.</summary>
    /// <param name="error">What reading the tree threw.</param>
    /// <param name="tree">The whole configuration.</param>
    public static string Of(JsonException error, JsonObject tree)
    {
        string key = (error.Path ?? "").TrimStart('$', '.').Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
        if (error.Message.Contains("could not be mapped", StringComparison.Ordinal))
            return $"There is no setting '{key}'. All of them: {Program.Name} pretrain --print-config.";
        if (Missing().Match(error.Message) is { Success: true } missing)
            return $"{key} needs {missing.Groups["names"].Value.Replace("'", "", StringComparison.Ordinal)}.";
        string value = ConfigurationJson.ToLine(
            key.Split('.').Aggregate((JsonNode?)tree, (node, part) => node is JsonArray items ? items[int.Parse(part, CultureInfo.InvariantCulture)] : (node as JsonObject)?[part]));
        return $"{key} is {value}. "
            + (error.InnerException is ArgumentException cause ? FailureLine.Message(cause)
                : ConfigurationJson.TypeOf(key, tree) is { } type ? $"It must be {Expected(type)}."
                : "That does not fit.");
    }

    /// <summary>A value that is out of its range, or contradicts another. The library says which by the name of a property.</summary>
    /// <param name="error">What checking the records threw.</param>
    /// <param name="lines">Keys and values of the configuration.</param>
    public static string Of(ArgumentException error, IEnumerable<(string Key, string Value)> lines)
    {
        string message = FailureLine.Message(error);
        (string Key, string Value)[] all = [.. lines];
        foreach (string? property in (string?[])[message.Split(' ', ',', ':')[0], error.ParamName])
        {
            string name = string.Join('.', (property ?? "").Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
            Regex whole = new($@"^(?:.*\.)?{Regex.Escape(name)}(?=\.|$)");
            (string Key, string Value)[] named = [.. all.Where(line => whole.IsMatch(line.Key)).Select(line => (whole.Match(line.Key).Value, line.Value))];
            // Views have the same settings each: the value tells which is meant.
            if ((named.FirstOrDefault(line => Regex.IsMatch(message, $@"is {Regex.Escape(Written(line.Value))}(?!\.?\d)")).Key ?? AnyView(named.FirstOrDefault().Key)) is { } key)
                return $"{key}: {message}";
        }

        return message;
    }

    private static string? AnyView(string? key) => key is null ? null : Index().Replace(key, "");

    /// <summary>As the library writes a value.</summary>
    private static string Written(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number.ToString(CultureInfo.InvariantCulture) : value;

    private static string Expected(Type type) => type switch
    {
        { IsEnum: true } => $"one of {string.Join(", ", Enum.GetNames(type))}",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) => $"a whole number of at most {int.MaxValue}",
        _ when type == typeof(long) => "a whole number",
        _ when type == typeof(double) || type == typeof(float) || type == typeof(byte) => "a number",
        _ when type == typeof(string) => "text",
        _ when type == typeof(Backbone) => $"the name of a network: {string.Join(", ", Backbone.KnownNames)}",
        _ when type.IsAssignableTo(typeof(ITuple)) => $"{type.GetGenericArguments().Length} numbers in brackets, as in [{string.Join(", ", Enumerable.Range(0, type.GetGenericArguments().Length))}]",
        _ when type.IsAssignableTo(typeof(IEnumerable)) => "a list in brackets",
        _ => "an object in braces, with the keys that --print-config shows",
    };

    [GeneratedRegex("missing required properties including: (?<names>.*)\\.")]
    private static partial Regex Missing();

    [GeneratedRegex("\\.[0-9]+(?=\\.)")]
    private static partial Regex Index();
}
