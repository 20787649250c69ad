namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Hue shift as torchvision has it on Pillow images: to 8-bit hue, saturation and value, 256 steps of hue added modulo 256, and back.
/// Planes in, planes out.
/// </summary>
internal static class Hue
{
    // Pillow's hue and saturation bytes depend on few small integers; its mixture of single and double precision is followed once, here.
    private static readonly byte[] SaturationBytes = BuildSaturation();
    private static readonly byte[] HueBytes = BuildHue();

    /// <summary>Adds a shift in turns, −0.5 … 0.5.</summary>
    public static void Shift(Span<byte> planes, float turns)
    {
        int shift = (int)(turns * 255.0);
        int n = planes.Length / 3;
        var red = planes[..n];
        var green = planes.Slice(n, n);
        var blue = planes.Slice(2 * n, n);
        for (int i = 0; i < n; i++)
        {
            int r = red[i], g = green[i], b = blue[i];
            int max = Math.Max(r, Math.Max(g, b));
            int chroma = max - Math.Min(r, Math.Min(g, b));
            if (chroma == 0)
                continue;

            int saturation = SaturationBytes[Triangular(max) + chroma];
            int hue = (HueOf(r, g, b, max, chroma) + shift) & 255;
            if (saturation == 0)
            {
                red[i] = green[i] = blue[i] = (byte)max;
                continue;
            }

            // p = v(1 − s), q = v(1 − s f), t = v(1 − s(1 − f)) with s = saturation/255 and f = fraction/255: rounded exactly, since the
            // denominators are odd and there are no ties.
            int sector = hue * 6 / 255;
            int fraction = (hue * 6) - (sector * 255);
            byte v = (byte)max;
            byte p = (byte)(((max * (255 - saturation)) + 127) / 255);
            byte q = (byte)(((max * (65025 - (saturation * fraction))) + 32512) / 65025);
            byte t = (byte)(((max * (65025 - (saturation * (255 - fraction)))) + 32512) / 65025);
            (red[i], green[i], blue[i]) = sector switch
            {
                1 => (q, v, p),
                2 => (p, v, t),
                3 => (p, q, v),
                4 => (t, p, v),
                5 => (v, p, q),
                _ => (v, t, p), // 0, and 6, which is 0 again
            };
        }
    }

    /// <summary>Hue byte of a pixel whose channels differ.</summary>
    private static int HueOf(int r, int g, int b, int max, int chroma)
    {
        // Of the two channels below the maximum one is the minimum; the other, `middle`, and its side decide.
        int sextant, middle;
        if (r == max)
            (sextant, middle) = g >= b ? (0, g) : (5, b);
        else if (g == max)
            (sextant, middle) = b >= r ? (2, b) : (1, r);
        else
            (sextant, middle) = r >= g ? (4, r) : (3, g);
        return HueBytes[(sextant * TableSize) + Triangular(chroma) + max - middle];
    }

    private const int TableSize = 256 * 257 / 2;

    private static int Triangular(int row) => row * (row + 1) / 2;

    private static byte[] BuildSaturation()
    {
        var table = new byte[TableSize];
        for (int max = 1; max < 256; max++)
        {
            for (int chroma = 1; chroma <= max; chroma++)
                table[Triangular(max) + chroma] = (byte)(int)((float)chroma / max * 255.0);
        }
        return table;
    }

    private static byte[] BuildHue()
    {
        var table = new byte[6 * TableSize];
        for (int chroma = 1; chroma < 256; chroma++)
        {
            for (int below = 0; below <= chroma; below++)
            {
                // Distances of the channels from the maximum, in units of the chroma, in single precision: 0, `d` and 1.
                float d = (float)below / chroma;
                for (int sextant = 0; sextant < 6; sextant++)
                {
                    float h = sextant switch
                    {
                        0 => 1f - d,            // r max, b min: bc − gc
                        5 => d - 1f,            // r max, g min
                        1 => (float)(2.0 + d - 1f),   // g max, b min: 2 + rc − bc
                        2 => (float)(2.0 + 1f - d),   // g max, r min
                        3 => (float)(4.0 + d - 1f),   // b max, r min: 4 + gc − rc
                        _ => (float)(4.0 + 1f - d),   // b max, g min
                    };
                    float turns = (float)(((h / 6.0) + 1.0) % 1.0);
                    table[(sextant * TableSize) + Triangular(chroma) + below] = (byte)(int)(turns * 255.0);
                }
            }
        }
        return table;
    }
}
