using System.Globalization;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>Which of the measured pairs are shown, and in which order.</summary>
public enum DifficultyOrder
{
    /// <summary>The hardest pairs, the hardest first.</summary>
    HardestFirst,

    /// <summary>The easiest pairs, the easiest first.</summary>
    EasiestFirst,

    /// <summary>Pairs spread evenly from the hardest, which comes first, to the easiest, which comes last.</summary>
    Spread,
}

/// <summary>Contact sheets of measured pairs.</summary>
internal static class DifficultySheet
{
    public static void Save(IHostEnvironment env, string path, IDataView views, StatisticalDifficulty difficulty, DifficultyOrder order, int rows, int? beside, string title)
    {
        // Throws for sizes out of range.
        new ContactSheetOptions { Rows = rows, Columns = beside, Title = title }.Validate();
        PairDifficulty[] chosen = Choose(difficulty.Pairs, order, rows);
        // The data may have views of other images, too.
        string[] columns = ViewPreview.ViewColumns(views.Schema, null);
        string first = Array.Find(columns, difficulty.Plan.ViewNames.Contains) ?? columns[0];
        if (!ViewPlanAnnotation.TryGet(views.Schema[first], out ViewColumnPlan? plan) || ViewPlanAnnotation.FindSource(views.Schema, plan.Source) is not { } image)
            throw new ArgumentException($"The image column that {first} is made from is no longer in the data. Keep it: the sheet shows the images.", nameof(views));
        path = ViewPreview.CheckedPath(path);

        var drawn = new Dictionary<PairDifficulty, ContactSheetRow>(ReferenceEqualityComparer.Instance);
        ILookup<long, PairDifficulty> byRow = chosen.ToLookup(pair => pair.Row);
        var renderer = new ViewRenderer();
        foreach (SampledImage sampled in SampledImages.Read(views, image, byRow.Select(g => g.Key).ToHashSet()))
        {
            foreach (PairDifficulty pair in byRow[sampled.Position])
                drawn.Add(pair, ContactSheetRow.Render(sampled.Source.Read(), [pair.First, pair.Second], renderer) with { Caption = Caption(pair) });
        }

        if (Array.Find(chosen, pair => !drawn.ContainsKey(pair)) is { } missing)
            throw new ArgumentException($"The data has no row {missing.Row}: the difficulty was measured on other data.", nameof(views));
        ViewPreview.Write(env, path, [new ContactSheetSection("", [.. chosen.Select(pair => drawn[pair])])], title, beside);
    }

    /// <summary>"2.31:1 cos 0.83": area ratio and similarity.</summary>
    internal static string Caption(PairDifficulty pair) => string.Create(CultureInfo.InvariantCulture, $"{pair.AreaRatio:0.00}:1 cos {pair.Cosine:0.00}");

    internal static PairDifficulty[] Choose(IReadOnlyList<PairDifficulty> pairs, DifficultyOrder order, int rows)
    {
        PairDifficulty[] hardest = [.. pairs.OrderBy(pair => pair.Cosine)];
        int shown = Math.Min(rows, hardest.Length);
        return order switch
        {
            DifficultyOrder.HardestFirst => hardest[..shown],
            DifficultyOrder.EasiestFirst => [.. hardest[^shown..].Reverse()],
            DifficultyOrder.Spread => [.. Enumerable.Range(0, shown).Select(i => hardest[shown == 1 ? 0 : (int)((long)i * (hardest.Length - 1) / (shown - 1))])],
            _ => throw new ArgumentOutOfRangeException(nameof(order), order, $"order is {order}; allowed is one of {string.Join(", ", Enum.GetNames<DifficultyOrder>())}."),
        };
    }
}
