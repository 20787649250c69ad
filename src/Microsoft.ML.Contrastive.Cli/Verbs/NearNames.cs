namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>What somebody may have meant who mistyped a name.</summary>
internal static class NearNames
{
    private const int MostSuggestions = 3;

    /// <summary>The names that differ in few letters, or that the text is a part of; nearest first, at most three.</summary>
    public static IEnumerable<string> Of(string text, IEnumerable<string> names) => names
        .Distinct()
        .Select(name => (Name: name, Distance: name.Contains(text, StringComparison.OrdinalIgnoreCase) && text.Length > 1 ? 1 : Distance(text, name)))
        .Where(candidate => candidate.Distance <= Math.Max(1, Math.Max(text.Length, candidate.Name.Length) / 3))
        .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
        .Take(MostSuggestions)
        .Select(candidate => candidate.Name);

    /// <summary>" Did you mean …?", or nothing.</summary>
    public static string Suggestion(string text, IEnumerable<string> names) =>
        Of(text, names).ToArray() is { Length: > 0 } near ? $" Did you mean {string.Join(" or ", near.Select(name => $"'{name}'"))}?" : "";

    /// <summary>Letters to insert, delete, replace or swap with their neighbour (Damerau and Levenshtein), whatever their case.</summary>
    private static int Distance(string a, string b)
    {
        int[,] cost = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cost[i, j] = i + j;
                    continue;
                }

                int replaced = cost[i - 1, j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }

        return cost[a.Length, b.Length];

        static bool Same(char x, char y) => char.ToLowerInvariant(x) == char.ToLowerInvariant(y);
    }
}
