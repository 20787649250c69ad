namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Operations that replace each value of a channel by another one, by a table of 256 (Pillow's <c>ImageOps</c>).</summary>
internal static class ToneTables
{
    private const int Values = ByteTable.Length;

    /// <summary>The same table for all channels, of a value and what the operation takes.</summary>
    public static void OfValues(Span<byte> planes, int argument, Func<int, int, int> replacement)
    {
        Span<byte> table = stackalloc byte[Values];
        for (int v = 0; v < Values; v++)
            table[v] = (byte)Math.Clamp(replacement(v, argument), 0, 255);
        ByteTable.Apply(planes, table);
    }

    /// <summary>A table for each channel, made of its histogram.</summary>
    public static void OfChannels(Span<byte> planes, Action<ReadOnlySpan<int>, Span<byte>> makeTable)
    {
        Span<int> histogram = stackalloc int[Values];
        Span<byte> table = stackalloc byte[Values];
        int length = planes.Length / 3;
        for (int channel = 0; channel < 3; channel++)
        {
            Span<byte> plane = planes.Slice(channel * length, length);
            histogram.Clear();
            foreach (byte value in plane)
                histogram[value]++;
            ByteTable.Identity(table);
            makeTable(histogram, table);
            ByteTable.Apply(plane, table);
        }
    }

    /// <summary>Stretches what occurs to 0 … 255; a channel of one value stays (<c>autocontrast</c> without cutoff).</summary>
    public static void AutoContrast(ReadOnlySpan<int> histogram, Span<byte> table)
    {
        int low = histogram.IndexOfAnyExcept(0), high = histogram.LastIndexOfAnyExcept(0);
        if (high <= low)
            return;
        double scale = 255.0 / (high - low), offset = -low * scale;
        for (int v = 0; v < Values; v++)
            table[v] = (byte)Math.Clamp((int)((v * scale) + offset), 0, 255);
    }

    /// <summary>Evens out the histogram; a channel with too few values for that stays (<c>equalize</c>).</summary>
    public static void Equalize(ReadOnlySpan<int> histogram, Span<byte> table)
    {
        long all = 0;
        foreach (int count in histogram)
            all += count;
        int last = histogram.LastIndexOfAnyExcept(0);
        long step = last < 0 ? 0 : (all - histogram[last]) / 255;
        if (step == 0)
            return;
        long below = step / 2;
        for (int v = 0; v < Values; v++)
        {
            table[v] = (byte)Math.Min(255, below / step);
            below += histogram[v];
        }
    }
}
