namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Labelled images in two parts, drawn at random within each class.</summary>
/// <param name="Kept">Places of the images that are left, in the order of the data set.</param>
/// <param name="HeldOut">Places of those that are set apart, in the order of the data set.</param>
internal sealed record StratifiedHoldOut(int[] Kept, int[] HeldOut)
{
    /// <summary>Draws them.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="places">Places of those that are parted, all with labels.</param>
    /// <param name="countOf">How many are held out of a class, given its index and the number of its images.</param>
    /// <param name="seed">Seed of the choice.</param>
    public static StratifiedHoldOut Draw(Dataset dataset, IEnumerable<int> places, Func<int, int, int> countOf, int seed)
    {
        (List<int> kept, List<int> heldOut) = ([], []);
        var random = new Random(seed);
        foreach (IGrouping<int, int> images in places.GroupBy(place => dataset.Images[place].Class).OrderBy(images => images.Key))
        {
            int[] shuffled = [.. images];
            random.Shuffle(shuffled);
            int count = countOf(images.Key, shuffled.Length);
            heldOut.AddRange(shuffled[..count]);
            kept.AddRange(shuffled[count..]);
        }

        return new StratifiedHoldOut([.. kept.Order()], [.. heldOut.Order()]);
    }
}
