using Microsoft.Extensions.AI;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

/// <summary>The code of docs/shipping.md, executed. It names files of the current folder, which is the process's: other tests use whole paths.</summary>
public sealed class ShippingPageTests : IDisposable
{
    private readonly string _before = Environment.CurrentDirectory;
    private readonly ImageFolder _folder = new(classes: 2, perClass: 3);

    public ShippingPageTests()
    {
        Environment.CurrentDirectory = _folder.Path;
        new EncoderFile().Write(_folder.Path);
        File.Copy(_folder.Files[0], "photo.png");
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
    }

    [Fact]
    public async Task The_code_of_the_page_runs()
    {
        DocumentedCode.AssertExecutedBy("docs/shipping.md");
        DocumentedCode.AssertExecutedBy("src/Microsoft.ML.Contrastive.OnnxRuntime/README.md");
        var mlContext = new MLContext { GpuDeviceId = 0, FallbackToCpu = true };          // CUDA where there is one
        var pipeline = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.ApplyOnnxEncoder("Features", "Image", "encoder.onnx", batchSize: 64));
        IDataView rows = mlContext.Data.LoadFromEnumerable([new ImageFolder.Row { ImagePath = _folder.Files[1] }, new ImageFolder.Row { ImagePath = "photo.png" }]);
        float[][] features = [.. pipeline.Fit(rows).Transform(rows).GetColumn<float[]>("Features")];

        byte[] bytes = File.ReadAllBytes(_folder.Files[1]);
        using var generator = new ImageEmbeddingGenerator("encoder.onnx");               // IEmbeddingGenerator<DataContent, Embedding<float>>
        var embeddings = await generator.GenerateAsync([new DataContent(bytes, "image/jpeg"), await DataContent.LoadFromAsync("photo.png")]);
        Assert.All(features.SelectMany(f => f).Zip(embeddings.SelectMany(e => e.Vector.ToArray())), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.Equal(features.Select(f => f.Length), embeddings.Select(e => e.Vector.Length));
    }
}
