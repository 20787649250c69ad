namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Options of <see cref="ContrastiveCatalog.SaveContactSheet(string, IDataView, ContactSheetOptions)"/>.</summary>
public sealed class ContactSheetOptions
{
    internal const int DefaultRows = 12;

    /// <summary>Names of the view columns to show, in this order: at least one, all different.</summary>
    /// <value>The default value is null: every column that augmentation steps made.</value>
    public string[]? ViewColumnNames { get; set; }

    /// <summary>How many rows of the data are shown, spread evenly over it; at least 1. Data with fewer rows is shown whole. In each group, when there are several.</summary>
    /// <value>The default value is 12.</value>
    public int Rows { get; set; } = DefaultRows;

    /// <summary>How many rows of the data stand beside one another; at least 1.</summary>
    /// <value>The default value is null: as many as make the sheet about as wide as it is high.</value>
    public int? Columns { get; set; }

    /// <summary>A line above everything. Latin letters, digits, common punctuation, β and σ are written; any other character becomes a box.</summary>
    /// <value>The default value is empty: no such line.</value>
    public string Title { get; set; } = "";

    /// <summary>The pass over the data whose views are shown, from 0: the views that the trainer sees in that epoch.</summary>
    /// <value>The default value is 0, whose views are also those that reading the columns gives.</value>
    public long Epoch { get; set; }

    /// <summary>Throws for values out of range.</summary>
    internal void Validate()
    {
        if (Rows < 1)
            throw new ArgumentOutOfRangeException(nameof(Rows), Rows, $"{nameof(Rows)}, the number of rows shown, must be at least 1.");
        if (Columns < 1)
            throw new ArgumentOutOfRangeException(nameof(Columns), Columns, $"{nameof(Columns)} must be at least 1, or null to let the sheet choose.");
        if (Epoch < 0)
            throw new ArgumentOutOfRangeException(nameof(Epoch), Epoch, $"{nameof(Epoch)} must be at least 0, the first pass over the data.");
        ArgumentNullException.ThrowIfNull(Title);
        if (ViewColumnNames is not { } names)
            return;
        if (names.Length == 0)
            throw new ArgumentException($"{nameof(ViewColumnNames)} is empty; name at least one view column, or leave it null to show them all.", nameof(ViewColumnNames));
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException($"{nameof(ViewColumnNames)}: the name of a view column must not be empty.", nameof(ViewColumnNames));
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"{nameof(ViewColumnNames)} names '{twice.Key}' {twice.Count()} times; name each column once.", nameof(ViewColumnNames));
    }
}
