namespace Microsoft.ML.Contrastive.Tests.Evaluation;

/// <summary>Labelled Gaussian clusters that overlap a little: features as an encoder of middling quality makes them.</summary>
internal static class Clusters
{
    public static (float[] Features, int[] Labels) Draw(int rows, int dimension, int classes, int seed)
    {
        // The centres are the same for every seed, so that two draws are a training and a test set of one problem.
        var centres = Gaussian(new Random(0), classes * dimension);
        var noise = Gaussian(new Random(seed), rows * dimension);
        var labels = Enumerable.Range(0, rows).Select(row => row % classes).ToArray();
        var features = noise.Select((value, i) => (float)(value + (1.5 * centres[(labels[i / dimension] * dimension) + (i % dimension)]))).ToArray();
        return (features, labels);
    }

    public static double[] Gaussian(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
}
