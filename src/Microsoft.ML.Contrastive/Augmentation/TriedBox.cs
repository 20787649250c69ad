namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A crop in whole pixels, as torchvision makes one: size and aspect are drawn, rounded, and tried again when they do not fit.</summary>
internal static class TriedBox
{
    /// <summary>Tries before the fallback (torchvision <c>RandomResizedCrop.get_params</c>).</summary>
    public const int Tries = 10;

    /// <summary>Rounds a box of the given area and aspect to pixels, half to even like Python's <c>round</c>.</summary>
    /// <returns>Whether it has at least one pixel and fits into the image.</returns>
    public static bool Fits(double scale, double aspectRatio, ImageSize image, out int width, out int height)
    {
        double area = scale * image.Area;
        width = (int)Math.Round(Math.Sqrt(area * aspectRatio));
        height = (int)Math.Round(Math.Sqrt(area / aspectRatio));
        return width > 0 && width <= image.Width && height > 0 && height <= image.Height;
    }

    /// <summary>A whole number, uniform on 0 … <paramref name="slack"/>.</summary>
    public static int Position(double uniform, int slack) => Math.Min(slack, (int)(uniform * (slack + 1)));

    /// <summary>The central box that torchvision falls back on: as large as the range of aspect ratios allows.</summary>
    public static (int X, int Y, int Width, int Height) Central(ImageSize image, (double Min, double Max) aspectRatio)
    {
        double ratio = (double)image.Width / image.Height;
        int width = image.Width, height = image.Height;
        if (ratio < aspectRatio.Min)
            height = Math.Max(1, (int)Math.Round(width / aspectRatio.Min));
        else if (ratio > aspectRatio.Max)
            width = Math.Max(1, (int)Math.Round(height * aspectRatio.Max));
        return ((image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }
}
