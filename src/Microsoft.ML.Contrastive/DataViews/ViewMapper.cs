using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>A view column that a step adds.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="View">Index of the view in the plan.</param>
/// <param name="Type">Image of the view's size.</param>
internal readonly record struct ViewColumn(string Name, int View, ImageDataViewType Type);

/// <summary>A step bound to a schema: the columns of the input, in their places, and behind them the views.</summary>
internal sealed class ViewMapper : IRowToRowMapper
{
    private readonly ViewColumn[] _columns;
    private readonly int[] _describing;

    /// <summary>Lays out the output.</summary>
    /// <param name="input">The schema that the step was bound to.</param>
    /// <param name="image">The column of <paramref name="input"/> that the views are made from.</param>
    /// <param name="source">Its identity.</param>
    /// <param name="plan">How the views are made.</param>
    /// <param name="columns">The views.</param>
    public ViewMapper(DataViewSchema input, DataViewSchema.Column image, ViewSource source, ViewPlan plan, ViewColumn[] columns)
    {
        InputSchema = input;
        Image = image;
        Plan = plan;
        _columns = columns;
        // Text that stands before the image: where a file cannot be read, its path is likely among it (see DecodedSource).
        _describing = [.. input.Where(c => c.Index < image.Index && c.Type is TextDataViewType).Select(c => c.Index)];

        var schema = new DataViewSchema.Builder();
        foreach (DataViewSchema.Column column in input)
            schema.AddColumn(column.Name, column.Type, column.Index == image.Index ? ViewPlanAnnotation.Mark(column.Annotations, source) : column.Annotations);
        foreach (ViewColumn column in columns)
            schema.AddColumn(column.Name, column.Type, ViewPlanAnnotation.Of(new ViewColumnPlan(plan, column.View, source)));
        OutputSchema = schema.ToSchema();
    }

    /// <inheritdoc/>
    public DataViewSchema InputSchema { get; }

    /// <summary>The schema of the output.</summary>
    public DataViewSchema OutputSchema { get; }

    /// <summary>The column of the input that the views are made from.</summary>
    public DataViewSchema.Column Image { get; }

    /// <summary>How the views are made.</summary>
    public ViewPlan Plan { get; }

    /// <summary>Columns of the input that may say where an image comes from.</summary>
    public IEnumerable<DataViewSchema.Column> Describing => _describing.Select(i => InputSchema[i]);

    /// <summary>The column of the input that stands in the same place, or null for a view.</summary>
    public DataViewSchema.Column? Passed(DataViewSchema.Column output) => output.Index < InputSchema.Count ? InputSchema[output.Index] : null;

    /// <summary>Which view of the plan a column of the output holds.</summary>
    public int View(DataViewSchema.Column output) => _columns[output.Index - InputSchema.Count].View;

    /// <inheritdoc/>
    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new SortedSet<int>();
        foreach (DataViewSchema.Column column in dependingColumns)
        {
            if (column.Index < InputSchema.Count)
                needed.Add(column.Index);
            else
                needed.UnionWith([Image.Index, .. _describing]);
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
        return new ViewRow(this, input, activeColumns);
    }
}
