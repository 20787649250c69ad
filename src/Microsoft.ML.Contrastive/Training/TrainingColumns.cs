using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Finds the columns that training reads, or says which is missing or of the wrong type.</summary>
internal static class TrainingColumns
{
    /// <summary>The column of the images.</summary>
    public static DataViewSchema.Column Image(DataViewSchema schema, string name) => Find(schema, name, nameof(TrainingOptions.InputColumnName));

    /// <summary>The columns of the views: images of known size.</summary>
    /// <param name="schema">The data's schema.</param>
    /// <param name="names">The columns' names.</param>
    /// <param name="takesOneSize">Who takes only views of one size; <see langword="null"/> when sizes may differ.</param>
    public static DataViewSchema.Column[] Views(DataViewSchema schema, string[] names, string? takesOneSize)
    {
        DataViewSchema.Column[] views = [.. names.Select(n => Find(schema, n, nameof(TrainingOptions.ViewColumnNames)))];
        foreach (DataViewSchema.Column view in views)
        {
            if (view.Type is ImageDataViewType { Width: 0 } or ImageDataViewType { Height: 0 })
                throw new ArgumentException(
                    $"The view column '{view.Name}' holds images of unknown size; a view needs a known one. Make it with a crop step such as JointCrop, or append ResizeImages.");
        }

        if (takesOneSize is not null && views.Select(v => (ImageDataViewType)v.Type).Select(t => (t.Width, t.Height)).Distinct().Count() > 1)
            throw new ArgumentException(
                $"{takesOneSize} takes views of one size; they are "
                    + $"{string.Join(", ", views.Select(v => $"{v.Name} {((ImageDataViewType)v.Type).Width}x{((ImageDataViewType)v.Type).Height}"))}.");
        return views;
    }

    /// <summary>The column of the labels.</summary>
    public static DataViewSchema.Column Label(DataViewSchema schema, string name) => FindAny(schema, name, nameof(TrainingOptions.LabelColumnName));

    /// <summary>The labels that something cannot do without: of two classes or more.</summary>
    /// <param name="data">The data.</param>
    /// <param name="name">Their column.</param>
    /// <param name="needing">The option that needs them.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static RowLabels Labels(IDataView data, string? name, string needing, CancellationToken cancellation)
    {
        const string Option = nameof(TrainingOptions.LabelColumnName);
        if (name is null)
            throw new ArgumentException($"{needing} needs labels, but {Option} is null. Name a column of labels, or leave {needing} out.");
        RowLabels labels = RowLabels.Read(data, Label(data.Schema, name), cancellation);
        return labels.ClassNames.Count >= 2
            ? labels
            : throw new ArgumentException(
                $"{needing} needs labels of two classes or more, but the column '{name}' ({Option}) has {labels.ClassNames.Count}. Name another column, or leave {needing} out.");
    }

    private static DataViewSchema.Column FindAny(DataViewSchema schema, string name, string option) =>
        schema.GetColumnOrNull(name)
            ?? throw new ArgumentException(
                $"{option} names the column '{name}', which the data does not have; its columns are {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => c.Name))}. "
                    + "(Caching and ShuffleRows drop image columns: put them before LoadImages.)",
                option);

    private static DataViewSchema.Column Find(DataViewSchema schema, string name, string option)
    {
        DataViewSchema.Column column = FindAny(schema, name, option);
        return column.Type is ImageDataViewType
            ? column
            : throw new ArgumentException($"{option} names the column '{name}', which holds {column.Type}; it must hold images. Load them first, e.g. with mlContext.Transforms.LoadImages.", option);
    }
}
