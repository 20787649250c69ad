namespace Microsoft.ML.Contrastive.Tests.Imaging;

/// <summary>
/// The pixel operations once more, from their definitions: double precision, one pixel after another, no tricks. Images are
/// [y, x, channel] with values 0 … 255.
/// </summary>
internal static class NaivePixels
{
    public static double[,,] From(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var image = new double[height, width, 3];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                for (int c = 0; c < 3; c++)
                    image[y, x, c] = rgb[(((y * width) + x) * 3) + c];
            }
        }
        return image;
    }

    /// <summary>Pillow's resize of a box among the pixels that it touches: rows, rounded, then columns, rounded.</summary>
    public static double[,,] ResizedCrop(double[,,] image, double left, double top, double width, double height, int outWidth, int outHeight, bool cubic)
    {
        int x0 = (int)Math.Floor(left), x1 = (int)Math.Ceiling(left + width);
        int y0 = (int)Math.Floor(top), y1 = (int)Math.Ceiling(top + height);
        var rows = new double[y1 - y0, outWidth, 3];
        for (int y = y0; y < y1; y++)
        {
            for (int o = 0; o < outWidth; o++)
            {
                for (int c = 0; c < 3; c++)
                    rows[y - y0, o, c] = Level(Tap(left - x0, width, x1 - x0, outWidth, o, cubic, i => image[y, x0 + i, c]));
            }
        }
        var result = new double[outHeight, outWidth, 3];
        for (int o = 0; o < outHeight; o++)
        {
            for (int x = 0; x < outWidth; x++)
            {
                for (int c = 0; c < 3; c++)
                    result[o, x, c] = Level(Tap(top - y0, height, y1 - y0, outHeight, o, cubic, i => rows[i, x, c]));
            }
        }
        return result;
    }

    public static double Grey(double[,,] image, int y, int x) => (0.299 * image[y, x, 0]) + (0.587 * image[y, x, 1]) + (0.114 * image[y, x, 2]);

    public static double[,,] Map(double[,,] image, Func<int, int, int, double> value)
    {
        var result = new double[image.GetLength(0), image.GetLength(1), 3];
        for (int y = 0; y < result.GetLength(0); y++)
        {
            for (int x = 0; x < result.GetLength(1); x++)
            {
                for (int c = 0; c < 3; c++)
                    result[y, x, c] = Math.Clamp(value(y, x, c), 0, 255);
            }
        }
        return result;
    }

    public static double MeanGrey(double[,,] image)
    {
        double sum = 0;
        for (int y = 0; y < image.GetLength(0); y++)
        {
            for (int x = 0; x < image.GetLength(1); x++)
                sum += Grey(image, y, x);
        }
        return sum / image.GetLength(0) / image.GetLength(1);
    }

    /// <summary>A convolution along both axes with any symmetric kernel and any border rule.</summary>
    public static double[,,] Convolve(double[,,] image, double[] kernel, Func<int, int, int> border)
    {
        var rows = AlongRows(image, kernel, border);
        return DownColumns(rows, kernel, border);
    }

    public static double[,,] AlongRows(double[,,] image, double[] kernel, Func<int, int, int> border)
        => Map(image, (y, x, c) => kernel.Select((w, k) => w * image[y, border(x + k - (kernel.Length / 2), image.GetLength(1)), c]).Sum());

    public static double[,,] DownColumns(double[,,] image, double[] kernel, Func<int, int, int> border)
        => Map(image, (y, x, c) => kernel.Select((w, k) => w * image[border(y + k - (kernel.Length / 2), image.GetLength(0)), x, c]).Sum());

    /// <summary>Pillow's Gaussian blur: three boxes along the rows, three down the columns, a level after each.</summary>
    public static double[,,] BoxBlurred(double[,,] image, double sigma)
    {
        double[] box = ExtendedBox(sigma);
        for (int pass = 0; pass < 3; pass++)
            image = Levels(AlongRows(image, box, Repeat));
        for (int pass = 0; pass < 3; pass++)
            image = Levels(DownColumns(image, box, Repeat));
        return image;

        static double[,,] Levels(double[,,] image) => Map(image, (y, x, c) => Level(image[y, x, c]));
    }

    public static int Reflect(int i, int n)
    {
        while (i < 0 || i >= n)
            i = i < 0 ? -i : (2 * (n - 1)) - i;
        return i;
    }

    public static int Repeat(int i, int n) => Math.Clamp(i, 0, n - 1);

    /// <summary>The extended box of variance σ²/3 (Gwosdek et al.): weights of one of Pillow's three passes.</summary>
    public static double[] ExtendedBox(double sigma)
    {
        double variance = sigma * sigma / 3;
        int l = (int)Math.Floor((Math.Sqrt((12 * variance) + 1) - 1) / 2);
        double a = ((2 * l) + 1) * ((l * (l + 1)) - (3 * variance)) / (6 * (variance - ((l + 1) * (l + 1))));
        double length = (2 * (l + a)) + 1;
        return [.. Enumerable.Range(-l - 1, (2 * l) + 3).Select(k => (Math.Abs(k) <= l ? 1 : a) / length)];
    }

    public static double[] Gaussian(int size, double sigma)
    {
        double[] kernel = [.. Enumerable.Range(-(size / 2), size).Select(k => Math.Exp(-0.5 * k * k / sigma / sigma))];
        double sum = kernel.Sum();
        return [.. kernel.Select(w => w / sum)];
    }

    /// <summary>
    /// Pillow's 8-bit HSV with the hue moved by some of its 256 steps. Quotients are in single precision as there: whether 255 times a
    /// quotient falls just below an integer decides a level.
    /// </summary>
    public static (double R, double G, double B) ShiftHue(byte r, byte g, byte b, int steps)
    {
        float max = Math.Max(r, Math.Max(g, b)), chroma = max - Math.Min(r, Math.Min(g, b));
        if (chroma == 0)
            return (r, g, b);
        float rc = (max - r) / chroma, gc = (max - g) / chroma, bc = (max - b) / chroma;
        float sixths = r == max ? bc - gc : g == max ? (float)(2.0 + rc - bc) : (float)(4.0 + gc - rc);
        float turn = (float)(((sixths / 6.0) + 1.0) % 1.0);
        double hue = (Math.Floor(turn * 255.0) + steps + 256) % 256 * 6 / 255;
        double saturation = Math.Floor(chroma / max * 255.0) / 255;
        double f = hue - Math.Floor(hue);
        double p = Level(max * (1 - saturation)), q = Level(max * (1 - (saturation * f))), t = Level(max * (1 - (saturation * (1 - f))));
        return ((int)Math.Floor(hue) % 6) switch
        {
            0 => (max, t, p),
            1 => (q, max, p),
            2 => (p, max, t),
            3 => (p, q, max),
            4 => (t, p, max),
            _ => (max, p, q),
        };
    }

    public static double LargestDifference(double[,,] expected, ReadOnlySpan<byte> rgb)
    {
        double largest = 0;
        int i = 0;
        foreach (double value in expected)
            largest = Math.Max(largest, Math.Abs(value - rgb[i++]));
        Assert.Equal(rgb.Length, i);
        return largest;
    }

    private static double Level(double value) => Math.Clamp(Math.Floor(value + 0.5), 0, 255);

    private static double Tap(double offset, double length, int pixels, int outputs, int output, bool cubic, Func<int, double> pixel)
    {
        double scale = length / outputs;
        double stretch = Math.Max(scale, 1);
        double centre = offset + ((output + 0.5) * scale);
        double sum = 0, weights = 0;
        for (int i = 0; i < pixels; i++)
        {
            double x = Math.Abs(i + 0.5 - centre) / stretch;
            double w = cubic
                ? x < 1 ? (1.5 * x * x * x) - (2.5 * x * x) + 1 : x < 2 ? (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2 : 0
                : Math.Max(1 - x, 0);
            sum += w * pixel(i);
            weights += w;
        }
        return sum / weights;
    }
}
