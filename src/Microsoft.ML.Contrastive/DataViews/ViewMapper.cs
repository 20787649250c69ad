using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>A view column that a step adds.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="View">Index of the view in the plan.</param>
/// <param name="Type">Image of the view's size.</param>
internal readonly record struct ViewColumn(string Name, int View, ImageDataViewType Type);

/// <summary>An augmentation step bound to a schema: it adds views.</summary>
internal sealed class ViewMapper : ImageStepMapper
{
    private readonly ViewColumn[] _columns;

    /// <summary>Lays out the output.</summary>
    /// <param name="input">The schema that the step was bound to.</param>
    /// <param name="image">The column of <paramref name="input"/> that the views are made from.</param>
    /// <param name="source">Its identity.</param>
    /// <param name="plan">How the views are made.</param>
    /// <param name="columns">The views.</param>
    public ViewMapper(DataViewSchema input, DataViewSchema.Column image, ViewSource source, ViewPlan plan, ViewColumn[] columns)
        : base(input, image)
    {
        Plan = plan;
        _columns = columns;
        var schema = new DataViewSchema.Builder();
        foreach (DataViewSchema.Column column in input)
            schema.AddColumn(column.Name, column.Type, column.Index == image.Index ? ViewPlanAnnotation.Mark(column.Annotations, source) : column.Annotations);
        foreach (ViewColumn column in columns)
            schema.AddColumn(column.Name, column.Type, ViewPlanAnnotation.Of(new ViewColumnPlan(plan, column.View, source)));
        OutputSchema = schema.ToSchema();
    }

    /// <inheritdoc/>
    public override DataViewSchema OutputSchema { get; }

    /// <summary>How the views are made.</summary>
    public ViewPlan Plan { get; }

    /// <inheritdoc/>
    public override ImageStepGetters Open(DataViewRow row, IEnumerable<DataViewSchema.Column> active) =>
        new ViewGetters(this, row, active, new SampledRecipes(Plan, row, ViewEpoch.Current), column => _columns[column.Index - InputSchema.Count].View);
}
