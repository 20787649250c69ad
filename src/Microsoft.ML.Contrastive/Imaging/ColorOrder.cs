namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>The order of the four colour operations of a recipe.</summary>
internal static class ColorOrder
{
    /// <summary>Number of the operation.</summary>
    public const byte Brightness = 0, Contrast = 1, Saturation = 2, Hue = 3;

    /// <summary>Writes the permutation of a lexicographic rank (<see cref="Augmentation.ViewRecipe.ColorOrder"/>).</summary>
    /// <param name="rank">The rank; of more than 23 the remainder by 24.</param>
    /// <param name="order">Receives the four operations, the first of them first.</param>
    public static void Write(int rank, Span<byte> order)
    {
        Span<byte> left = [Brightness, Contrast, Saturation, Hue];
        rank %= 24;
        for (int n = 4, block = 6; n > 0; n--)
        {
            int digit = rank / block;
            rank %= block;
            order[4 - n] = left[digit];
            left[(digit + 1)..].CopyTo(left[digit..]);
            if (n > 1)
                block /= n - 1;
        }
    }
}
