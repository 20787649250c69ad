using Microsoft.ML.Contrastive.DataViews;

namespace Microsoft.ML;

/// <content>What was drawn, as a column.</content>
public static partial class AugmentationCatalog
{
    /// <summary>Writes the recipes of views to a column, to be saved, plotted or replayed: <see cref="ViewRecipesEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnName">Name of the column to add: a vector of floats with slot names such as <c>View1.Crop.AreaScale</c>.</param>
    /// <param name="viewColumnNames">Names of the view columns: at least one, all different.</param>
    /// <param name="epoch">The pass over the data whose recipes are written, from 0. When null: the pass that the views beside it are read for, 0 outside of a trainer.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice, or a value is out of its range.</exception>
    public static ViewRecipesEstimator ViewRecipes(this TransformsCatalog catalog, string outputColumnName, string[] viewColumnNames, long? epoch = null) =>
        catalog.ViewRecipes(new ViewRecipesEstimator.Options { OutputColumnName = outputColumnName, ViewColumnNames = viewColumnNames, Epoch = epoch });

    /// <inheritdoc cref="ViewRecipes(TransformsCatalog, string, string[], long?)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns and settings.</param>
    public static ViewRecipesEstimator ViewRecipes(this TransformsCatalog catalog, ViewRecipesEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ViewRecipesEstimator(options);
    }

    /// <summary>Makes views by the recipes of a column, the same pixels as when they were written: <see cref="ReplayViewsEstimator"/>.</summary>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="outputColumnNames">Names of the view columns to add, in the order of the recipes.</param>
    /// <param name="inputColumnName">Name of the image column (<c>MLImage</c>, as LoadImages makes it).</param>
    /// <param name="recipeColumnName">Name of the column that <c>ViewRecipes</c> has written.</param>
    /// <exception cref="ArgumentException">A name is empty or occurs twice.</exception>
    public static ReplayViewsEstimator ReplayViews(
        this TransformsCatalog catalog, string[] outputColumnNames, string inputColumnName, string recipeColumnName = ViewRecipesEstimator.Options.DefaultOutputColumnName) =>
        catalog.ReplayViews(new ReplayViewsEstimator.Options { OutputColumnNames = outputColumnNames, InputColumnName = inputColumnName, RecipeColumnName = recipeColumnName });

    /// <inheritdoc cref="ReplayViews(TransformsCatalog, string[], string, string)"/>
    /// <param name="catalog">The transforms of a context.</param>
    /// <param name="options">Columns.</param>
    public static ReplayViewsEstimator ReplayViews(this TransformsCatalog catalog, ReplayViewsEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        return new ReplayViewsEstimator(options);
    }
}
