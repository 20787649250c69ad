using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Where the recipes of a row come from: all of them are ready once one is asked for.</summary>
internal abstract class RowRecipes(DataViewRow row)
{
    private long _readAt = -1;

    /// <summary>The recipes at the row's position. Valid until the row moves.</summary>
    /// <param name="image">The decoded image of the row.</param>
    public ViewRecipe[] At(RgbImage image)
    {
        if (_readAt != row.Position)
        {
            _readAt = -1;
            Read(new ImageSize(image.Width, image.Height), Recipes);
            _readAt = row.Position;
        }

        return Recipes;
    }

    /// <summary>One for each view.</summary>
    protected abstract ViewRecipe[] Recipes { get; }

    /// <summary>Fills in the recipes of the row's position.</summary>
    protected abstract void Read(ImageSize image, ViewRecipe[] recipes);
}

/// <summary>Recipes that a plan draws, in the order of its views.</summary>
/// <param name="plan">The plan.</param>
/// <param name="row">The row, for its identifier.</param>
/// <param name="epoch">The pass over the data.</param>
internal sealed class SampledRecipes(ViewPlan plan, DataViewRow row, long epoch) : RowRecipes(row)
{
    private readonly DataViewRow _row = row;
    private ValueGetter<DataViewRowId>? _id;

    /// <inheritdoc/>
    protected override ViewRecipe[] Recipes { get; } = new ViewRecipe[plan.ViewNames.Length];

    /// <inheritdoc/>
    protected override void Read(ImageSize image, ViewRecipe[] recipes)
    {
        DataViewRowId id = default;
        (_id ??= _row.GetIdGetter())(ref id);
        plan.Sample(plan.KeyOf(epoch, id.Low, id.High), image, recipes);
    }
}
