namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Writes the crop part of a recipe.</summary>
internal static class CropWriting
{
    public static void SetCrop(this ref ViewRecipe view, float x, float y, float width, float height, double scale, RandomCrop step)
    {
        view.CropX = x;
        view.CropY = y;
        view.CropWidth = width;
        view.CropHeight = height;
        view.Scale = (float)scale;
        view.OutputWidth = (short)step.OutputSize.Width;
        view.OutputHeight = (short)step.OutputSize.Height;
        view.Filter = step.Filter;
    }
}
