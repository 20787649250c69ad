using Microsoft.Extensions.AI;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

public sealed class ImageEmbeddingGeneratorTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 3, perClass: 3, width: 45, height: 30);
    private readonly string _file;

    public ImageEmbeddingGeneratorTests() => _file = new EncoderFile().Write(_folder.Path);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Embeddings_are_the_features_of_the_transformer_in_the_order_of_the_images()
    {
        var context = new MLContext();
        IDataView rows = _folder.Rows(context);
        IDataView images = context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
        OnnxEncoderTransformer encoder = context.Transforms.ApplyOnnxEncoder("Features", "Image", _file, batchSize: 4).Fit(images);
        using var generator = new ImageEmbeddingGenerator(encoder, "stripes");

        List<DataContent> contents = [];
        foreach (string path in _folder.Files)
            contents.Add(await DataContent.LoadFromAsync(path, cancellationToken: TestContext.Current.CancellationToken));
        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(contents, cancellationToken: TestContext.Current.CancellationToken);

        // The same images share a run on both ways: to the bit.
        Assert.Equal(encoder.Transform(images).GetColumn<float[]>("Features"), embeddings.Select(e => e.Vector.ToArray()));
        Assert.All(embeddings, e => Assert.Equal("stripes", e.ModelId));
    }

    [Fact]
    public async Task Bytes_do_without_a_file_and_one_image_without_a_list()
    {
        using var generator = new ImageEmbeddingGenerator(_file);
        DataContent image = Image(0);
        ReadOnlyMemory<float> one = await generator.GenerateVectorAsync(image, cancellationToken: TestContext.Current.CancellationToken);
        var two = await generator.GenerateAsync([Image(1), image], cancellationToken: TestContext.Current.CancellationToken);
        AssertClose([one.ToArray()], [two[1].Vector.ToArray()]);
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Metadata_tell_dimensions_and_model()
    {
        using IEmbeddingGenerator<DataContent, Embedding<float>> generator = new ImageEmbeddingGenerator(_file);
        EmbeddingGeneratorMetadata metadata = generator.GetRequiredService<EmbeddingGeneratorMetadata>();
        Assert.Equal(EncoderFile.FeatureDimension, metadata.DefaultModelDimensions);
        Assert.Equal("encoder", metadata.DefaultModelId);
        Assert.Same(generator, generator.GetService<ImageEmbeddingGenerator>());
        Assert.NotNull(generator.GetService<OnnxEncoderTransformer>());
        Assert.Null(generator.GetService<string>());
    }

    [Fact]
    public async Task Cancelling_ends_the_work()
    {
        using var generator = new ImageEmbeddingGenerator(_file);
        using var cancellation = new CancellationTokenSource();
        IEnumerable<DataContent> Endless()
        {
            for (int i = 0; ; i++)
            {
                if (i == 200)
                    cancellation.Cancel();
                yield return Image(i % 9);
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.GenerateAsync(Endless(), cancellationToken: cancellation.Token));
    }

    [Fact]
    public void A_run_under_way_is_ended()
    {
        using OnnxEncoderTransformer encoder = new MLContext().Transforms.ApplyOnnxEncoder("Features", "Image", _file).Open();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var pixels = new float[3 * 24 * 24];
        Assert.Equal(cancellation.Token, Assert.Throws<OperationCanceledException>(
            () => encoder.Network.Encode(pixels, 1, new float[EncoderFile.FeatureDimension], cancellation.Token)).CancellationToken);
        encoder.Network.Encode(pixels, 1, new float[EncoderFile.FeatureDimension]);
    }

    [Fact]
    public async Task Several_threads_may_generate_at_once()
    {
        using OnnxEncoderTransformer encoder = new MLContext().Transforms.ApplyOnnxEncoder("Features", "Image", _file, batchSize: 2).Open();
        using var generator = new ImageEmbeddingGenerator(encoder);
        DataContent[] images = [.. Enumerable.Range(0, 9).Select(Image)];
        async Task<float[][]> Generate() =>
            [.. (await generator.GenerateAsync(images, cancellationToken: TestContext.Current.CancellationToken)).Select(e => e.Vector.ToArray())];
        float[][] alone = await Generate();
        Assert.Equal(9, alone.DistinctBy(features => features[0]).Count());
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Generate())), features => Assert.Equal(alone, features));
    }

    [Fact]
    public async Task What_is_no_image_is_named_by_its_index()
    {
        using var generator = new ImageEmbeddingGenerator(_file);
        async Task<string> Message(byte[] bytes) => (await Assert.ThrowsAsync<InvalidDataException>(
            () => generator.GenerateAsync([Image(0), new DataContent(bytes, "image/png")], cancellationToken: TestContext.Current.CancellationToken))).Message;
        Assert.Contains("index 1 (image/png, 5 bytes)", await Message("hello"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("index 1", await Message([]), StringComparison.Ordinal);

        // A header that announces 65,535 × 65,535 pixels.
        byte[] bomb = [.. "BM"u8, .. BitConverter.GetBytes(58), 0, 0, 0, 0, .. BitConverter.GetBytes(54), .. BitConverter.GetBytes(40), .. BitConverter.GetBytes(65535), .. BitConverter.GetBytes(65535), 1, 0, 24, 0, .. new byte[28]];
        Assert.Contains("index 1", await Message(bomb), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000, 1)]
    [InlineData(1, 100_000)]
    public async Task An_image_that_is_all_length_needs_no_more_memory_than_its_pixels(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Red);
        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using var generator = new ImageEmbeddingGenerator(_file);
        ReadOnlyMemory<float> features = await generator.GenerateVectorAsync(new DataContent(png.ToArray(), "image/png"), cancellationToken: TestContext.Current.CancellationToken);
        Assert.All(features.ToArray(), feature => Assert.True(float.IsFinite(feature)));
    }

    [Fact]
    public async Task After_disposal_generating_says_so_and_disposing_twice_is_allowed()
    {
        var generator = new ImageEmbeddingGenerator(_file);
        generator.Dispose();
        generator.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.GenerateAsync([Image(0)], cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Nothing_in_place_of_an_image_is_named_by_its_index()
    {
        using var generator = new ImageEmbeddingGenerator(_file);
        await Assert.ThrowsAsync<ArgumentNullException>(() => generator.GenerateAsync(null!, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("index 1", (await Assert.ThrowsAsync<ArgumentException>(
            () => generator.GenerateAsync([Image(0), null!], cancellationToken: TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_ask_for_something_else_are_refused()
    {
        using var generator = new ImageEmbeddingGenerator(_file);
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync([Image(0)], new EmbeddingGenerationOptions { Dimensions = 5 }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync([Image(0)], new EmbeddingGenerationOptions { ModelId = "other" }, TestContext.Current.CancellationToken));
        Assert.Single(await generator.GenerateAsync([Image(0)], new EmbeddingGenerationOptions { Dimensions = EncoderFile.FeatureDimension, ModelId = "encoder" }, TestContext.Current.CancellationToken));
    }

    private DataContent Image(int index) => new(File.ReadAllBytes(_folder.Files[index]), "image/png");

    /// <summary>How many images share a run decides on some processors which kernel sums a row, so the last bits may differ.</summary>
    private static void AssertClose(IEnumerable<float[]> expected, IEnumerable<float[]> actual)
    {
        float[][] one = [.. expected], other = [.. actual];
        Assert.Equal(one.Select(f => f.Length), other.Select(f => f.Length));
        Assert.All(one.SelectMany(f => f).Zip(other.SelectMany(f => f)), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }
}
