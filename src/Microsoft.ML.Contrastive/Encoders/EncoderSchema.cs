using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What an encoder adds to the shape of a pipeline.</summary>
internal static class EncoderSchema
{
    /// <summary>The input's shape with the column of features added.</summary>
    public static SchemaShape Extend(SchemaShape input, string imageColumn, string featureColumn)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckImage(input, imageColumn);
        SchemaShape.Column features = MlNetInternals.Column(featureColumn, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single);
        return new SchemaShape([.. input.Where(c => c.Name != featureColumn), features]);
    }

    /// <summary>The input's columns with the column of features added.</summary>
    /// <exception cref="ArgumentException">There is no image column of that name.</exception>
    public static DataViewSchema Extend(DataViewSchema input, string imageColumn, string featureColumn, int featureDimension)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column image = input.GetColumnOrNull(imageColumn)
            ?? throw new ArgumentException(
                $"The encoder reads the column '{imageColumn}', which the data does not have; its columns are "
                    + $"{string.Join(", ", input.Where(c => !c.IsHidden).Select(c => c.Name))}.",
                nameof(input));
        if (image.Type is not ImageDataViewType)
            throw new ArgumentException(
                $"The encoder reads images from the column '{imageColumn}', which holds {image.Type}. Load them first, e.g. with mlContext.Transforms.LoadImages.", nameof(input));
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn(featureColumn, new VectorDataViewType(NumberDataViewType.Single, featureDimension));
        return builder.ToSchema();
    }

    /// <summary>Throws unless the shape has the column and it holds images.</summary>
    public static void CheckImage(SchemaShape input, string column)
    {
        SchemaShape.Column[] found = [.. input.Where(c => c.Name == column)];
        if (found is not [var image])
            throw new ArgumentException($"The column '{column}' is missing; the columns are {string.Join(", ", input.Select(c => c.Name))}.", nameof(input));
        if (image.ItemType is not ImageDataViewType)
            throw new ArgumentException($"The column '{column}' holds {image.ItemType}; it must hold images. Load them first, e.g. with mlContext.Transforms.LoadImages.", nameof(input));
    }
}
