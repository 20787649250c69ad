using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>What is trained when nobody says otherwise: some thousand images, an hour on a processor. Optimisers and heads are those of <see cref="ShortRunSettings"/>.</summary>
internal static class SmallDataSettings
{
    /// <summary>What it is called beside the library's presets.</summary>
    public const string Name = "small";

    private const int Epochs = 100, LargestBatch = 128, SampledImages = 64;

    /// <summary>Above this side the ImageNet stem has enough pixels to begin with.</summary>
    private const int LargestCompactSide = 64;

    private static readonly int[] Sides = [32, 64, 96, 128];

    /// <summary>The settings of a method.</summary>
    /// <param name="method">One of <see cref="ContrastiveMethod.Names"/>.</param>
    /// <param name="side">Side of the views in pixels.</param>
    /// <param name="images">Number of training images.</param>
    /// <param name="epochs">Passes over the images; 100 when null. One alone has no warm-up.</param>
    public static ContrastivePreset Of(string method, int side, int images, int? epochs) => (ShortRunSettings.Of(method, epochs ?? Epochs) with
    {
        Name = $"{method}/{Name}",
        Source = "mlnet-contrastive's defaults for small data, docs/tool.md",
        Backbone = side <= LargestCompactSide ? Backbone.ResNet10(Stem.Compact) : Backbone.ResNet18(),
        BatchSize = BatchSizeFor(images),
    }).WithImageSize(side);

    /// <summary>The largest of some usual sides that does not enlarge most images.</summary>
    /// <param name="shortSides">Short sides of images, in their order in the data; some of them are enough.</param>
    public static int SideFor(IReadOnlyList<int> shortSides)
    {
        int[] ordered = [.. shortSides.Order()];
        int median = ordered.Length == 0 ? Sides[0] : ordered[ordered.Length / 2];
        return Sides.LastOrDefault(side => side <= median, Sides[0]);
    }

    /// <summary>Rows that tell how large images are: spread evenly over the data.</summary>
    /// <param name="count">Number of images.</param>
    public static IEnumerable<int> SampledRows(int count) => EvenSample.Of(count, SampledImages);

    /// <summary>A power of two, so small that an epoch has two steps at least.</summary>
    private static int BatchSizeFor(int images)
    {
        int batch = LargestBatch;
        while (batch > 2 && batch * 2 > images)
            batch /= 2;
        return batch;
    }
}
