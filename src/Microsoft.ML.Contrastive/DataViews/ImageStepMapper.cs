using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>A step bound to a schema: the columns of the input, in their places, and behind them what the step makes of one image column.</summary>
/// <param name="input">The schema that the step was bound to.</param>
/// <param name="image">The column of <paramref name="input"/> that the step reads.</param>
internal abstract class ImageStepMapper(DataViewSchema input, DataViewSchema.Column image) : IRowToRowMapper
{
    // Text that stands before the image: where a file cannot be read, its path is likely among it (see DecodedSource).
    private readonly DataViewSchema.Column[] _describing = [.. RowDescription.ColumnsFor(input, image)];

    /// <inheritdoc/>
    public DataViewSchema InputSchema { get; } = input;

    /// <summary>The schema of the output.</summary>
    public abstract DataViewSchema OutputSchema { get; }

    /// <summary>The column of the input that the step reads.</summary>
    public DataViewSchema.Column Image { get; } = image;

    /// <summary>Columns of the input that may say where an image comes from.</summary>
    public IReadOnlyList<DataViewSchema.Column> Describing => _describing;

    /// <summary>Further columns of the input that added columns need.</summary>
    protected virtual IEnumerable<DataViewSchema.Column> Needed => [];

    /// <summary>The column of the input that stands in the same place, or null for one that the step adds.</summary>
    public DataViewSchema.Column? Passed(DataViewSchema.Column output) => output.Index < InputSchema.Count ? InputSchema[output.Index] : null;

    /// <summary>The values of the output over a row of the input.</summary>
    /// <param name="row">A row of the step's input in which the columns that the active ones need are active.</param>
    /// <param name="active">The columns of the output that may be asked for.</param>
    public abstract ImageStepGetters Open(DataViewRow row, IEnumerable<DataViewSchema.Column> active);

    /// <inheritdoc/>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new SortedSet<int>();
        foreach (DataViewSchema.Column column in dependingColumns)
        {
            if (column.Index < InputSchema.Count)
                needed.Add(column.Index);
            else
                needed.UnionWith([Image.Index, .. _describing.Concat(Needed).Select(c => c.Index)]);
        }

        return needed.Select(i => InputSchema[i]);
    }

    /// <inheritdoc/>
    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row has another schema than the one that the step was bound to.", nameof(input));
        return new ImageStepRow(this, input, activeColumns);
    }
}
