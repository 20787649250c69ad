namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Exchanges rows and columns of a plane, so that operations along rows can run as operations down columns, many at a time.</summary>
internal static class Transpose
{
    private const int Tile = 16;

    /// <summary>Writes a plane of height × width as one of width × height.</summary>
    public static void Run(ReadOnlySpan<byte> source, Span<byte> target, int width, int height)
    {
        for (int y0 = 0; y0 < height; y0 += Tile)
        {
            int y1 = Math.Min(y0 + Tile, height);
            for (int x0 = 0; x0 < width; x0 += Tile)
            {
                int x1 = Math.Min(x0 + Tile, width);
                for (int x = x0; x < x1; x++)
                {
                    for (int y = y0; y < y1; y++)
                        target[(x * height) + y] = source[(y * width) + x];
                }
            }
        }
    }
}
