using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;

namespace Microsoft.ML;

/// <summary>What view columns say about themselves.</summary>
public static class ViewColumnExtensions
{
    /// <summary>How a view column is made: its seed and every step with every value, to be printed, plotted or sampled again.</summary>
    /// <param name="column">A column of the schema of data with views, e.g. <c>data.Schema["View1"]</c>.</param>
    /// <returns>
    /// The plan of all views of the image. <c>plan.Sample(plan.KeyOf(epoch, id.Low, id.High), imageSize, recipes)</c> draws the very recipes of the
    /// row with that identifier.
    /// </returns>
    /// <exception cref="ArgumentException">The column is not a view: no augmentation step made it, or a later step replaced it.</exception>
    public static ViewPlan GetViewPlan(this DataViewSchema.Column column) =>
        ViewPlanAnnotation.TryGet(column, out ViewColumnPlan? plan)
            ? plan.Plan
            : throw new ArgumentException($"The column '{column.Name}' is not a view: no augmentation step made it, or a later step replaced it.", nameof(column));
}
