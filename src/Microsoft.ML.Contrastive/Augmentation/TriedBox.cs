namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A crop in whole pixels as torchvision makes one: size and aspect are drawn, rounded, and tried again when they do not fit.</summary>
internal struct TriedBox
{
    /// <summary>Tries before the fallback (torchvision <c>RandomResizedCrop.get_params</c>).</summary>
    public const int Tries = 10;

    public int X, Y, Width, Height;

    /// <summary>Area as a fraction of the image's: as drawn, or the box's own when it is the fallback.</summary>
    public double Scale;

    /// <summary>The numbers in (0, 1) that belong to the position.</summary>
    public double NumberX, NumberY;

    /// <summary>The try that fitted, from 1; 0 for the fallback.</summary>
    public int Try;

    /// <summary>Draws a box: each try takes four numbers, for area, aspect ratio, x and y.</summary>
    /// <returns>Whether a try fitted; otherwise the box is the central one that torchvision falls back on.</returns>
    public static bool Draw(ref RandomSequence random, ImageSize image, (double Min, double Max) scale, (double Min, double Max) aspectRatio, out TriedBox box)
    {
        box = default;
        for (int attempt = 1; attempt <= Tries; attempt++)
        {
            double area = random.NextDouble(), aspect = random.NextDouble();
            (box.NumberX, box.NumberY) = (random.NextDouble(), random.NextDouble());
            box.Scale = scale.Min + (area * (scale.Max - scale.Min));
            if (!Fits(box.Scale, LogUniform.Quantile(aspect, aspectRatio), image, out box.Width, out box.Height))
                continue;
            box.X = Position(box.NumberX, image.Width - box.Width);
            box.Y = Position(box.NumberY, image.Height - box.Height);
            box.Try = attempt;
            return true;
        }

        box.SetCentral(image, aspectRatio);
        return false;
    }

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

    /// <summary>The central box, as large as the range of aspect ratios allows.</summary>
    private void SetCentral(ImageSize image, (double Min, double Max) aspectRatio)
    {
        double ratio = (double)image.Width / image.Height;
        (Width, Height) = (image.Width, image.Height);
        if (ratio < aspectRatio.Min)
            Height = Math.Max(1, (int)Math.Round(Width / aspectRatio.Min));
        else if (ratio > aspectRatio.Max)
            Width = Math.Max(1, (int)Math.Round(Height * aspectRatio.Max));
        (X, Y) = ((image.Width - Width) / 2, (image.Height - Height) / 2);
        Scale = (double)Width * Height / image.Area;
    }
}
