using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Views over one row or cursor of a step's input: all views of a position share one decoded source and one reading of the recipes.</summary>
/// <param name="mapper">The step.</param>
/// <param name="input">A row of the step's input in which the columns that the active ones need are active.</param>
/// <param name="active">The columns of the output that may be asked for.</param>
/// <param name="recipes">The recipes of the row.</param>
/// <param name="view">Which of the recipes a column is made by.</param>
internal sealed class ViewGetters(
    ImageStepMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> active, RowRecipes recipes, Func<DataViewSchema.Column, int> view)
    : ImageStepGetters(mapper, input, active)
{
    private readonly ViewRenderer _renderer = new();
    private byte[] _rgb = [];

    /// <inheritdoc/>
    protected override Delegate Added(DataViewSchema.Column column)
    {
        int index = view(column);
        return (ValueGetter<MLImage>)((ref destination) => Render(index, ref destination));
    }

    private void Render(int index, ref MLImage destination)
    {
        DecodedSource source = Source();
        RgbImage image = source.Read();
        ref readonly ViewRecipe recipe = ref recipes.At(image)[index];
        destination?.Dispose();
        destination = null!;
        int length = recipe.OutputWidth * recipe.OutputHeight * 3;
        if (_rgb.Length < length)
            _rgb = new byte[length];
        Span<byte> rgb = _rgb.AsSpan(0, length);
        _renderer.Render(image, recipe, rgb);
        destination = MLImagePixels.Create(new RgbImage(rgb, recipe.OutputWidth, recipe.OutputHeight), source.Tag);
    }
}
