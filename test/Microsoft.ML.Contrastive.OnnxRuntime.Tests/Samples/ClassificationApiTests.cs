using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests.Samples;

public sealed class ClassificationApiTests : IDisposable
{
    private readonly ImageFolder _folder = new(classes: 2, perClass: 6, width: 45, height: 30);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_answers_with_the_class_that_the_model_gives_and_refuses_what_is_no_image()
    {
        string modelFile = Path.Combine(_folder.Path, "photos.mlnet");
        ITransformer model = Train(modelFile);
        using Process service = SampleProgram.Start(SampleProgram.PathOf("ClassificationApi"), modelFile, "--urls", "http://127.0.0.1:0");
        try
        {
            using var client = new HttpClient { BaseAddress = await Address(service) };
            byte[] image = await File.ReadAllBytesAsync(_folder.Files[8], TestContext.Current.CancellationToken);
            using HttpResponseMessage response = await client.PostAsync("classify", new ByteArrayContent(image), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            string[] predicted = [.. model.Transform(_folder.Rows(new MLContext())).GetColumn<string>("PredictedLabel")];
            Assert.Equal(predicted[8], answer.RootElement.GetProperty("label").GetString());
            Assert.InRange(answer.RootElement.GetProperty("score").GetDouble(), 0.5, 1);

            using HttpResponseMessage refused = await client.PostAsync("classify", new StringContent("this is not an image"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("not an image", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
        finally
        {
            service.Kill(entireProcessTree: true);
        }
    }

    private ITransformer Train(string modelFile)
    {
        var context = new MLContext(seed: 1);
        IDataView rows = _folder.Rows(context);
        ITransformer model = context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(context.Transforms.ApplyOnnxEncoder("Features", "Image", new EncoderFile().Write(_folder.Path)))
            .Append(context.Transforms.Conversion.MapValueToKey("Label"))
            .Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy())
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);
        context.Model.Save(model, rows.Schema, modelFile);
        return model;
    }

    /// <summary>Where the service listens, by its own log: the port is one that was free.</summary>
    private static async Task<Uri> Address(Process service)
    {
        const string Before = "Now listening on: ";
        while (await service.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            int at = line.IndexOf(Before, StringComparison.Ordinal);
            if (at >= 0)
                return new Uri(line[(at + Before.Length)..].Trim());
        }

        throw new InvalidOperationException($"The service ended: {await service.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
    }
}
