namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Writes the crop part of a recipe.</summary>
internal static class CropWriting
{
    public static void SetCrop(this ref ViewRecipe view, float x, float y, float width, float height, double scale, RandomCrop step) =>
        view.SetCrop(x, y, width, height, scale, step.OutputSize, step.Filter);

    public static void SetCrop(this ref ViewRecipe view, float x, float y, float width, float height, double scale, ImageSize output, ResizeFilter filter)
    {
        view.CropX = x;
        view.CropY = y;
        view.CropWidth = width;
        view.CropHeight = height;
        view.Scale = (float)scale;
        view.OutputWidth = (short)output.Width;
        view.OutputHeight = (short)output.Height;
        view.Filter = filter;
    }
}
