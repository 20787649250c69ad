using Microsoft.Extensions.AI;
using Microsoft.ML.Contrastive.Encoders;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

/// <summary>The next batch is decoded while one is worked on, and no further ahead.</summary>
public sealed class EncodedImageBatchesTests : IDisposable
{
    private const int BatchSize = 3, Side = 8;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ImageFolder _folder = new(classes: 1, perClass: BatchSize, width: 10, height: 10);
    private readonly CancellationTokenSource _cancellation = new();

    public void Dispose()
    {
        _cancellation.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void While_a_batch_is_worked_on_the_next_is_taken_and_no_other()
    {
        using var next = new ManualResetEventSlim();
        int taken = 0;
        using EncodedImageBatches batches = Batches(Endless(index =>
        {
            taken = index + 1;
            if (index == (2 * BatchSize) - 1)
                next.Set();
        }));
        Assert.True(batches.MoveNext());
        Assert.True(next.Wait(Patience));
        Thread.Sleep(50);
        Assert.Equal(2 * BatchSize, taken);
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(1, new[] { 1 })]
    [InlineData(3, new[] { 3 })]
    [InlineData(7, new[] { 3, 3, 1 })]
    public void Batches_are_full_but_for_the_last(int images, int[] expected)
    {
        using EncodedImageBatches batches = Batches(Endless().Take(images));
        List<int> counts = [];
        while (batches.MoveNext())
        {
            counts.Add(batches.Count);
            Assert.Equal(batches.Count * 3 * Side * Side, batches.Pixels.Length);
        }

        Assert.Equal(expected, counts);
        Assert.False(batches.MoveNext());
    }

    [Fact]
    public void What_goes_wrong_ahead_arrives_at_its_own_batch()
    {
        using EncodedImageBatches batches = Batches(Endless().Take(BatchSize).Append(new DataContent("nothing"u8.ToArray(), "image/png") { Name = "nothing.png" }));
        Assert.True(batches.MoveNext());
        string message = Assert.Throws<InvalidDataException>(() => batches.MoveNext()).Message;
        Assert.Contains("index 3 ('nothing.png', image/png, 7 bytes)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_cancels_waits_for_no_batch()
    {
        int taken = 0;
        using EncodedImageBatches batches = Batches(Endless(index =>
        {
            taken = index + 1;
            if (index == BatchSize)
                _cancellation.Cancel();
        }));
        Assert.True(batches.MoveNext());
        Assert.Equal(_cancellation.Token, Assert.Throws<OperationCanceledException>(() => batches.MoveNext()).CancellationToken);
        Assert.Equal(BatchSize + 1, taken);
    }

    [Fact]
    public void Disposing_waits_for_the_source_and_gives_it_back()
    {
        using var begun = new ManualResetEventSlim();
        bool returned = false;
        IEnumerable<DataContent> Source()
        {
            try
            {
                foreach (DataContent image in Endless(index =>
                {
                    if (index > BatchSize)
                        begun.Set();
                }))
                    yield return image;
            }
            finally
            {
                returned = true;
            }
        }

        EncodedImageBatches batches = Batches(Source());
        batches.MoveNext();
        Assert.True(begun.Wait(Patience));
        batches.Dispose();
        Assert.True(returned);
    }

    private EncodedImageBatches Batches(IEnumerable<DataContent> images)
    {
        var input = new EncoderInput(new MLContext().Transforms, "Image", "Features", Side, Side);
        return new EncodedImageBatches(images, new EncodedImagePixels(input), input.PixelCount, BatchSize, _cancellation.Token);
    }

    private IEnumerable<DataContent> Endless(Action<int>? taking = null)
    {
        for (int index = 0; ; index++)
        {
            taking?.Invoke(index);
            yield return new DataContent(File.ReadAllBytes(_folder.Files[index % BatchSize]), "image/png");
        }
    }
}
