using Microsoft.ML.Contrastive.Augmentation;

namespace Quickstart;

/// <summary>
/// Composes images that have what makes photographs hard: the object is anywhere, of any size, mirrored or not, in any light, before a
/// background. A centred cut-out lacks all of it, so that raw pixels classify it about as well as any encoder.
/// </summary>
/// <remarks>
/// Scene <c>index</c> of <c>seed</c> is always the same image. The recipe follows the "translated" and "cluttered" MNIST of Jaderberg
/// et al., "Spatial Transformer Networks", NeurIPS 2015, with smooth backgrounds instead of clutter.
/// </remarks>
internal sealed class GarmentScenes(ulong seed)
{
    /// <summary>The canvas: as small as leaves a garment room to move, since training time grows with its square.</summary>
    public const int Side = 36;

    // Half to four fifths of the canvas, as the main object of a photograph: below 18 px Shirt, Coat and Pullover look alike to anybody.
    private const double SmallestGarment = 18, LargestGarment = 29;

    // Light: the factor on the garment's own grey levels, and the level of the background. The ranges overlap, so a garment may be darker or
    // lighter than what is behind it and no threshold finds it.
    private const double DimmestGarment = 0.6, BrightestGarment = 1.0;
    private const double DarkestBackground = 20, LightestBackground = 110;

    // Backgrounds are smooth: waves no shorter than the canvas. Sharp clutter is the same in both views of a pair, hence a shortcut: an
    // encoder that matches the clutter never looks at the garment (measured: 15 % after pretraining, 10 % is chance).
    private const int Waves = 3;
    private const double ShortestWave = 1.0 * Side, LongestWave = 3.0 * Side, WaveAmplitude = 22;

    // Sensor noise, in grey levels: enough that no two pixels of a background are equal, little enough to see the garment.
    private const double NoiseDeviation = 6;

    // The cut-outs are black outside, with edges that already hold their share of black: from this level on a garment hides what is behind it.
    private const double OpaqueFrom = 48;

    private const uint LayoutNumbers = 1, NoiseNumbers = 2;

    /// <summary>Composes one scene.</summary>
    /// <param name="garment">28 × 28 grey levels, 0 outside the garment.</param>
    /// <param name="index">Identifies the scene.</param>
    /// <returns>36 × 36 grey levels, rows from the top.</returns>
    public byte[] Compose(ReadOnlySpan<byte> garment, ulong index)
    {
        var key = new RowKey(seed, Epoch: 0, index, RowHigh: 0);
        var layout = new RandomSequence(key, view: 0, LayoutNumbers);
        Span<double> canvas = stackalloc double[Side * Side];
        PaintBackground(canvas, ref layout);
        PaintGarment(canvas, garment, ref layout);

        var noise = new RandomSequence(key, view: 0, NoiseNumbers);
        var scene = new byte[canvas.Length];
        for (int i = 0; i < scene.Length; i++)
            scene[i] = (byte)Math.Clamp(canvas[i] + NoiseDeviation * Normal(ref noise) + 0.5, 0, 255);
        return scene;
    }

    private static void PaintBackground(Span<double> canvas, ref RandomSequence random)
    {
        canvas.Fill(Between(ref random, DarkestBackground, LightestBackground));
        for (int wave = 0; wave < Waves; wave++)
        {
            double direction = Between(ref random, 0, 2 * Math.PI), phase = Between(ref random, 0, 2 * Math.PI);
            double frequency = 2 * Math.PI / Between(ref random, ShortestWave, LongestWave);
            double amplitude = Between(ref random, 0, WaveAmplitude);
            for (int y = 0, i = 0; y < Side; y++)
            {
                for (int x = 0; x < Side; x++, i++)
                    canvas[i] += amplitude * Math.Sin(frequency * (x * Math.Cos(direction) + y * Math.Sin(direction)) + phase);
            }
        }
    }

    private static void PaintGarment(Span<double> canvas, ReadOnlySpan<byte> garment, ref RandomSequence random)
    {
        double size = Between(ref random, SmallestGarment, LargestGarment);
        double left = Between(ref random, 0, Side - size), top = Between(ref random, 0, Side - size);
        bool mirrored = random.NextDouble() < 0.5;
        double light = Between(ref random, DimmestGarment, BrightestGarment);

        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                // The canvas pixel's centre, in pixels of the garment.
                double u = (x + 0.5 - left) / size * Garments.Side - 0.5, v = (y + 0.5 - top) / size * Garments.Side - 0.5;
                double level = Interpolate(garment, mirrored ? Garments.Side - 1 - u : u, v);
                double cover = Math.Min(1, level / OpaqueFrom);
                ref double pixel = ref canvas[y * Side + x];
                pixel = light * level + (1 - cover) * pixel;
            }
        }
    }

    /// <summary>Bilinear, with black around the garment. Sizes are within a factor of 1.6 of the original's: no antialiasing is needed.</summary>
    private static double Interpolate(ReadOnlySpan<byte> garment, double u, double v)
    {
        int x = (int)Math.Floor(u), y = (int)Math.Floor(v);
        double fx = u - x, fy = v - y;
        return (1 - fy) * ((1 - fx) * Level(garment, x, y) + fx * Level(garment, x + 1, y))
            + fy * ((1 - fx) * Level(garment, x, y + 1) + fx * Level(garment, x + 1, y + 1));
    }

    private static int Level(ReadOnlySpan<byte> garment, int x, int y)
        => (uint)x < Garments.Side && (uint)y < Garments.Side ? garment[y * Garments.Side + x] : 0;

    private static double Between(ref RandomSequence random, double low, double high) => low + (high - low) * random.NextDouble();

    /// <summary>A standard normal number by Box and Muller's transform.</summary>
    private static double Normal(ref RandomSequence random)
        => Math.Sqrt(-2 * Math.Log(random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
