using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Recipes that a column holds.</summary>
/// <param name="row">The row.</param>
/// <param name="column">The column of the recipes, active in <paramref name="row"/> when one is read.</param>
/// <param name="sizes">The size that each view must have; null takes any.</param>
/// <param name="names">Names of the views.</param>
internal sealed class StoredRecipes(DataViewRow row, DataViewSchema.Column column, ImageSize[]? sizes, string[] names) : RowRecipes(row)
{
    private readonly DataViewRow _row = row;
    private ValueGetter<VBuffer<float>>? _getter;
    private VBuffer<float> _values;

    /// <inheritdoc/>
    protected override ViewRecipe[] Recipes { get; } = new ViewRecipe[names.Length];

    /// <summary>The recipes at the row's position.</summary>
    /// <exception cref="InvalidOperationException">A value that no recipe has, or a view of another size.</exception>
    public ViewRecipe[] Read()
    {
        Read(default, Recipes);
        return Recipes;
    }

    /// <inheritdoc/>
    protected override void Read(ImageSize image, ViewRecipe[] recipes)
    {
        (_getter ??= _row.GetGetter<VBuffer<float>>(column))(ref _values);
        if (_values.Length != recipes.Length * RecipeVector.Length)
            throw Invalid($"holds {_values.Length} values; {recipes.Length} views take {recipes.Length * RecipeVector.Length}");
        // Loaders give rows with many zeros as sparse vectors.
        float[] dense = [.. _values.DenseValues()];
        for (int k = 0; k < recipes.Length; k++)
        {
            try
            {
                recipes[k] = RecipeVector.Read(dense.AsSpan(k * RecipeVector.Length, RecipeVector.Length));
            }
            catch (ArgumentException e)
            {
                throw Invalid($"holds no recipe of {names[k]}: {e.Message}", e);
            }

            var size = new ImageSize(recipes[k].OutputWidth, recipes[k].OutputHeight);
            if (sizes is not null && size != sizes[k])
                throw Invalid($"makes {names[k]} {size} pixels large; the first row of the data that ReplayViews was fitted to has {sizes[k]}");
        }
    }

    private InvalidOperationException Invalid(string what, Exception? cause = null) =>
        new($"The column '{column.Name}' {what} (row {_row.Position}).", cause);
}
