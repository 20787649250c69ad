using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>What a view column says about itself.</summary>
/// <param name="Plan">How the views of a row are made.</param>
/// <param name="View">Which of the plan's views the column holds: an index into <see cref="ViewPlan.ViewNames"/>.</param>
/// <param name="Source">The image column that the views are made from.</param>
internal sealed record ViewColumnPlan(ViewPlan Plan, int View, ViewSource Source)
{
    /// <summary>Name of the view in the plan: the name that the column was made under, whatever it is called now.</summary>
    public string ViewName => Plan.ViewNames[View];
}

/// <summary>
/// The identity of an image column that views are made from. The first crop step puts it on the column itself, so that later steps find the very
/// column again after it was copied, renamed, moved, or hidden behind another of its name; by name alone they could take a resized one for it.
/// </summary>
/// <param name="name">Name of the column when the first views were made from it.</param>
/// <param name="seed">Seed of these views; later crop steps on the column use it too, so that all its views can share one plan.</param>
internal sealed class ViewSource(string name, ulong seed)
{
    /// <summary>Name of the column when the first views were made from it.</summary>
    public string Name { get; } = name;

    /// <summary>Seed of the first views made from it.</summary>
    public ulong Seed { get; } = seed;
}

/// <summary>Type of the annotations below. A type of our own, so that a stock step that does not know it cannot change the value, only pass or drop it.</summary>
/// <typeparam name="T">The annotation's value.</typeparam>
internal sealed class AnnotationDataViewType<T>() : StructuredDataViewType(typeof(T))
    where T : class
{
    /// <summary>The type: it has no parameters.</summary>
    public static AnnotationDataViewType<T> Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is AnnotationDataViewType<T>;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AnnotationDataViewType<T>;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(T).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => typeof(T).Name;
}

/// <summary>
/// The plan of a view column travels as an annotation: it survives every step that passes the column on (copies, filters, splits, selections) and
/// is gone after a step that makes new images under the old name.
/// </summary>
internal static class ViewPlanAnnotation
{
    /// <summary>Kind of the annotation on view columns.</summary>
    public const string PlanKind = "ContrastiveViewPlan";

    /// <summary>Kind of the annotation on image columns that views are made from.</summary>
    public const string SourceKind = "ContrastiveViewSource";

    /// <summary>The plan of a view column.</summary>
    /// <returns>False when the column is no view.</returns>
    public static bool TryGet(DataViewSchema.Column column, [NotNullWhen(true)] out ViewColumnPlan? plan) => TryGet(column, PlanKind, out plan);

    /// <summary>The column that views were made from.</summary>
    /// <param name="schema">The schema that the views are in.</param>
    /// <param name="source">Identity of the column.</param>
    /// <returns>Null when the schema no longer has it.</returns>
    public static DataViewSchema.Column? FindSource(DataViewSchema schema, ViewSource source)
    {
        foreach (DataViewSchema.Column column in schema)
        {
            if (TryGet(column, SourceKind, out ViewSource? found) && ReferenceEquals(found, source))
                return column;
        }

        return null;
    }

    /// <summary>The identity of an image column, when views have been made from it before.</summary>
    public static ViewSource? SourceOf(DataViewSchema.Column column) => TryGet(column, SourceKind, out ViewSource? source) ? source : null;

    /// <summary>The annotations of a view column.</summary>
    public static DataViewSchema.Annotations Of(ViewColumnPlan plan)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        Add(builder, PlanKind, plan);
        return builder.ToAnnotations();
    }

    /// <summary>The annotations of an image column, together with its identity.</summary>
    public static DataViewSchema.Annotations Mark(DataViewSchema.Annotations annotations, ViewSource source)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(annotations, kind => kind != SourceKind);
        Add(builder, SourceKind, source);
        return builder.ToAnnotations();
    }

    private static void Add<T>(DataViewSchema.Annotations.Builder builder, string kind, T value)
        where T : class =>
        builder.Add<T>(kind, AnnotationDataViewType<T>.Instance, (ref T destination) => destination = value);

    private static bool TryGet<T>(DataViewSchema.Column column, string kind, [NotNullWhen(true)] out T? value)
        where T : class
    {
        value = null;
        if (column.Annotations?.Schema.GetColumnOrNull(kind) is not { } annotation || !annotation.Type.Equals(AnnotationDataViewType<T>.Instance))
            return false;
        column.Annotations.GetValue(kind, ref value!);
        return value is not null;
    }
}
