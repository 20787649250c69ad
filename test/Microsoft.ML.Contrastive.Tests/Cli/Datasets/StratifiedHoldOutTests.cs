using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Tests.Cli.Datasets;

public sealed class StratifiedHoldOutTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_class_gives_as_many_images_as_asked_and_the_seed_says_which()
    {
        _folder.WriteImages([.. Enumerable.Range(0, 30).Select(i => $"{(i % 3 == 0 ? "a" : "b")}/{i:00}.png")]);
        using Dataset dataset = _folder.Open();
        int[] all = dataset.LabelledPlaces();
        (int[] kept, int[] heldOut) = StratifiedHoldOut.Draw(dataset, all, HalfOf, seed: 1);

        Assert.Equal([(0, 5), (1, 10)], heldOut.CountBy(place => dataset.Images[place].Class).Select(count => (count.Key, count.Value)));
        Assert.Equal(all, kept.Concat(heldOut).Order());
        Assert.Equal(kept.Order(), kept);
        Assert.Equal(heldOut.Order(), heldOut);
        Assert.Equal(heldOut, StratifiedHoldOut.Draw(dataset, all, HalfOf, seed: 1).HeldOut);
        Assert.NotEqual(heldOut, StratifiedHoldOut.Draw(dataset, all, HalfOf, seed: 2).HeldOut);

        int HalfOf(int index, int images)
        {
            Assert.Equal(index == 0 ? 10 : 20, images);
            return images / 2;
        }
    }
}
