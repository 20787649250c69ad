namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Some of many, spread evenly: images of a data set come sorted by class.</summary>
internal static class EvenSample
{
    /// <summary>Places of the first ones of as many equal parts, in order; all places where there are no more.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="most">How many are taken at most.</param>
    public static IEnumerable<int> Of(int count, int most)
    {
        int taken = Math.Min(count, most);
        return Enumerable.Range(0, taken).Select(i => (int)((long)i * count / taken));
    }
}
