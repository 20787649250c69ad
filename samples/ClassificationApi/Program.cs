// A web service that classifies images with a saved model (an encoder, and a classifier trained on few labels behind it): ML.NET's own packages in an ASP.NET
// minimal API.
//
//   ClassificationApi MODEL.mlnet [--urls http://127.0.0.1:5000]
//   curl --data-binary @photo.jpg http://127.0.0.1:5000/classify
//
// Answers with the class and its probability:
//
//   {"label":"cat","score":0.9312}
//
// or, for what is no image, with status 400 and {"error":"…"}. The model is one whose input is ImagePath, as README's "In code" saves it.

using System.Collections.Concurrent;
using Microsoft.ML;
using SkiaSharp;

if (args is not [var modelFile, ..] || modelFile.StartsWith("--", StringComparison.Ordinal))
{
    Console.Error.WriteLine("usage: ClassificationApi MODEL.mlnet [--urls URL]");
    return 2;
}

const int MostBytes = 10 << 20;
const long MostPixels = 50_000_000;

var mlContext = new MLContext();
ITransformer model = mlContext.Model.Load(modelFile, out _);
// A prediction engine serves one request at a time: one is made when all are busy, and kept. They share the model, which none of them may dispose.
var engines = new ConcurrentBag<PredictionEngine<ImageRow, Prediction>>();
PredictionEngine<ImageRow, Prediction> NewEngine() =>
    mlContext.Model.CreatePredictionEngine<ImageRow, Prediction>(model, new PredictionEngineOptions { OwnsTransformer = false });
engines.Add(NewEngine());       // a model with other columns fails here, not at the first request

WebApplicationBuilder builder = WebApplication.CreateBuilder(args[1..]);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = MostBytes);
WebApplication app = builder.Build();
app.MapPost("/classify", async (HttpRequest request) =>
{
    // The model loads images by path.
    string file = Path.GetTempFileName();
    try
    {
        await using (FileStream stream = File.Create(file))
            await request.Body.CopyToAsync(stream, request.HttpContext.RequestAborted);
        if (Refusal(file) is { } refusal)
            return Results.BadRequest(new { error = refusal });
        PredictionEngine<ImageRow, Prediction> engine = engines.TryTake(out var idle) ? idle : NewEngine();
        Prediction prediction = engine.Predict(new ImageRow { ImagePath = file });
        engines.Add(engine);
        return Results.Ok(new { label = prediction.PredictedLabel, score = prediction.Score.Max() });
    }
    finally
    {
        File.Delete(file);
    }
});
app.Run();
return 0;

// What a stranger sends is looked at before it is decoded: a few bytes can announce more pixels than there is memory.
static string? Refusal(string file)
{
    using SKCodec? codec = SKCodec.Create(file);
    return codec is null ? "The body is not an image that can be decoded (JPEG, PNG, BMP, WebP, GIF)."
        : (long)codec.Info.Width * codec.Info.Height > MostPixels ? $"The image has {codec.Info.Width}x{codec.Info.Height} pixels; at most {MostPixels} are taken."
        : null;
}

/// <summary>What the model takes. The label is what training used; a model that maps it to a key wants the column, whatever it holds.</summary>
internal sealed class ImageRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

/// <summary>What the model gives.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
