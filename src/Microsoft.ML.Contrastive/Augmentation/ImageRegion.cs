namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>A rectangle as fractions of an image's sides, in the image: where crops are centred.</summary>
/// <param name="Top">Upper edge.</param>
/// <param name="Left">Left edge.</param>
/// <param name="Bottom">Lower edge.</param>
/// <param name="Right">Right edge.</param>
public readonly record struct ImageRegion(double Top, double Left, double Bottom, double Right)
{
    /// <summary>The image as a whole.</summary>
    public static ImageRegion Whole { get; } = new(0, 0, 1, 1);

    /// <summary>
    /// The region in which an encoder sees something: the heat map is scaled to 0 … 1, enlarged bilinearly to the image's size, and what is above the threshold is
    /// enclosed (ContrastiveCrop, CVPR 2022, section 3.2; <c>update_box</c> in xyupeng/ContrastiveCrop, whose lower and right edges are those of the last pixel's
    /// near side too).
    /// </summary>
    /// <param name="heatMap">The sum or mean over the channels of a feature map: Height × Width values, row by row.</param>
    /// <param name="mapSize">Size of the heat map.</param>
    /// <param name="imageSize">Size in pixels of the image that went into the encoder.</param>
    /// <param name="threshold">What is above it counts: 0 to 1, without 1.</param>
    /// <returns>The region; the whole image where the heat map is the same everywhere.</returns>
    /// <exception cref="ArgumentException">The heat map has another number of values than its size says, or one that is no finite number.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1, or a threshold out of its range.</exception>
    public static ImageRegion FromHeatMap(ReadOnlySpan<float> heatMap, ImageSize mapSize, ImageSize imageSize, double threshold = HeatMapBoxes.DefaultThreshold)
    {
        foreach (ImageSize size in (ReadOnlySpan<ImageSize>)[mapSize, imageSize])
        {
            if (size.Width < 1 || size.Height < 1)
                throw Setting.OutOfRange(size == mapSize ? nameof(mapSize) : nameof(imageSize), size, "at least 1x1");
        }

        if (heatMap.Length != mapSize.Area)
            throw new ArgumentException($"A heat map of {mapSize} has {mapSize.Area} values; {heatMap.Length} were given.", nameof(heatMap));
        HeatMapBoxes.CheckThreshold(threshold);
        (float lowest, float highest) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (float value in heatMap)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException(FormattableString.Invariant($"A heat map holds finite numbers; one is {value}."), nameof(heatMap));
            (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
        }

        if (!(highest > lowest))
            return Whole;
        float[] scaled = new float[heatMap.Length];
        for (int i = 0; i < scaled.Length; i++)
            scaled[i] = (heatMap[i] - lowest) / (highest - lowest);
        return Enclose(scaled, mapSize, imageSize, (float)threshold);
    }

    private static ImageRegion Enclose(float[] map, ImageSize mapSize, ImageSize imageSize, float threshold)
    {
        (int Near, int Far, float Weight)[] columns = Taps(mapSize.Width, imageSize.Width), rows = Taps(mapSize.Height, imageSize.Height);
        (int top, int left, int bottom, int right) = (int.MaxValue, int.MaxValue, -1, -1);
        float[] blended = new float[mapSize.Width];
        for (int y = 0; y < rows.Length; y++)
        {
            (int upper, int lower, float down) = rows[y];
            for (int x = 0; x < blended.Length; x++)
                blended[x] = ((1 - down) * map[(upper * mapSize.Width) + x]) + (down * map[(lower * mapSize.Width) + x]);
            for (int x = 0; x < columns.Length; x++)
            {
                (int near, int far, float along) = columns[x];
                if (!(((1 - along) * blended[near]) + (along * blended[far]) > threshold))
                    continue;
                (top, bottom) = (Math.Min(top, y), y);
                (left, right) = (Math.Min(left, x), Math.Max(right, x));
            }
        }

        return bottom < 0
            ? Whole
            : new((double)top / imageSize.Height, (double)left / imageSize.Width, (double)bottom / imageSize.Height, (double)right / imageSize.Width);
    }

    /// <summary>The two values of a line that each place of an enlarged line lies between (torch's <c>interpolate</c> with corners not aligned).</summary>
    private static (int Near, int Far, float Weight)[] Taps(int length, int enlarged)
    {
        var taps = new (int, int, float)[enlarged];
        for (int i = 0; i < enlarged; i++)
        {
            double place = Math.Max(0, ((i + 0.5) * length / enlarged) - 0.5);
            int near = Math.Min((int)place, length - 1);
            taps[i] = (near, Math.Min(near + 1, length - 1), (float)(place - near));
        }

        return taps;
    }
}
