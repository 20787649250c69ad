using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Position embeddings of vision transformers: [1, 1 + rows × columns, D], the class token's first.</summary>
internal static class PositionEmbedding
{
    /// <summary>Base of the wave lengths (Vaswani et al. 2017, section 3.5).</summary>
    private const double Temperature = 10000;

    /// <summary>
    /// The fixed two-dimensional sine-cosine embedding of MoCo v3, as published: the patch of number t is given the column t div rows and the row t mod
    /// rows, though patches come row by row. On a square grid that swaps the axes; on others it does not fit the order of the patches.
    /// </summary>
    /// <param name="rows">Rows of patches.</param>
    /// <param name="columns">Columns of patches.</param>
    /// <param name="dimension">D, a multiple of 4: sines and cosines of the column, then of the row.</param>
    /// <param name="temperature">Base of the wave lengths.</param>
    public static Tensor SineCosine(int rows, int columns, int dimension, double temperature = Temperature)
    {
        if (dimension % 4 != 0)
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, "The sine-cosine position embedding needs a multiple of 4 features.");
        TorchRuntime.EnsureLoaded();
        int waves = dimension / 4;
        float[] values = new float[(1 + (rows * columns)) * dimension]; // the class token's stays zero
        for (int t = 0; t < rows * columns; t++)
        {
            Span<float> row = values.AsSpan((1 + t) * dimension, dimension);
            for (int i = 0; i < waves; i++)
            {
                double frequency = 1 / Math.Pow(temperature, (double)i / waves);
                (double sinX, double cosX) = Math.SinCos(t / rows * frequency);
                (double sinY, double cosY) = Math.SinCos(t % rows * frequency);
                row[i] = (float)sinX;
                row[waves + i] = (float)cosX;
                row[(2 * waves) + i] = (float)sinY;
                row[(3 * waves) + i] = (float)cosY;
            }
        }

        return tensor(values, [1, 1 + (rows * columns), dimension]);
    }

    /// <summary>
    /// Fits a square grid's embedding to another grid, as DINO does: bicubic (a = −0.75, no antialiasing), with (rows + 0.1) / √N as the
    /// sampling scale. The 0.1 is meant against rounding down and shifts the sampling points a little; it is part of the published models.
    /// </summary>
    /// <param name="embedding">[1, 1 + N, D] with N a square number.</param>
    /// <param name="rows">Rows of patches wanted.</param>
    /// <param name="columns">Columns of patches wanted.</param>
    /// <returns>[1, 1 + rows × columns, D]: <paramref name="embedding"/> itself where the grid is the same.</returns>
    public static Tensor Interpolate(Tensor embedding, long rows, long columns)
    {
        long dimension = embedding.shape[2], side = (long)Math.Sqrt(embedding.shape[1] - 1);
        if (rows == side && columns == side)
            return embedding;
        using DisposeScope scope = NewDisposeScope();
        Tensor grid = embedding[0, 1..].reshape(1, side, side, dimension).permute(0, 3, 1, 2);
        Tensor resized = nn.functional.interpolate(
            grid, scale_factor: [(rows + 0.1) / side, (columns + 0.1) / side], mode: InterpolationMode.Bicubic, align_corners: false, recompute_scale_factor: false);
        Tensor patches = resized.permute(0, 2, 3, 1).reshape(1, rows * columns, dimension);
        return cat([embedding[.., ..1], patches], dim: 1).MoveToOuterDisposeScope();
    }
}
