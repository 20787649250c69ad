namespace Microsoft.ML.Contrastive.Augmentation;

internal static class ViewPairingChecks
{
    /// <summary>Throws when disjoint pairs would leave a view alone.</summary>
    public static void Validate(this ViewPairing pairing, int viewCount)
    {
        if (pairing == ViewPairing.DisjointPairs && viewCount % 2 != 0)
        {
            throw new ArgumentException(
                $"Pairing is DisjointPairs, which needs an even number of views; there are {viewCount}. Add a view, leave one out, or use Star.");
        }
    }
}
