// Classifies images over HTTP:
//
//   dotnet run -c Release --urls http://127.0.0.1:5000
//   curl --data-binary @photo.jpg http://127.0.0.1:5000/classify
//
// Answers {"label":"…","scores":{"…":0.93,…}}, the most probable class first, or for what is no image status 400 and {"error":"…"}.

using ContrastiveApi;
using SkiaSharp;

const int MostBytes = 10 << 20;
const long MostPixels = 50_000_000;

_ = PhotoModel.PredictEngine.Value;         // a model that is missing or of another form fails here, not at the first request
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = MostBytes);
WebApplication app = builder.Build();
app.MapPost("/classify", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
    byte[] image = body.ToArray();
    if (Refusal(image) is { } refusal)
        return Results.BadRequest(new { error = refusal });
    PhotoModel.ModelOutput prediction = PhotoModel.Predict(new PhotoModel.ModelInput { ImageSource = image });
    return Results.Ok(new { label = prediction.PredictedLabel, scores = PhotoModel.GetSortedScoresWithLabels(prediction).ToDictionary() });
});
app.Run();

// What a stranger sends is looked at before it is decoded: a few bytes can announce more pixels than there is memory.
static string? Refusal(byte[] image)
{
    using var codec = SKCodec.Create(new MemoryStream(image));
    return codec is null ? "The body is not an image that can be decoded (JPEG, PNG, BMP, WebP, GIF)."
        : (long)codec.Info.Width * codec.Info.Height > MostPixels ? $"The image has {codec.Info.Width}x{codec.Info.Height} pixels; at most {MostPixels} are taken."
        : null;
}
