// Shows what joint augmentation does: the laws of the pairs, and how difficult the pairs are for an encoder.
//
//   dotnet run -c Release --project samples/Instruments [-- --images DIR --encoder encoder.onnx --runs DIR… --output DIR]

using System.CommandLine;
using Instruments;

var images = new Option<DirectoryInfo>("--images") { Description = "A folder of images to measure difficulty on, for example artifacts/quickstart/images/train." };
var encoder = new Option<FileInfo>("--encoder") { Description = "The encoder to measure with: an ONNX file that ExportToOnnx has written, for example artifacts/quickstart/encoder.onnx." };
var runs = new Option<DirectoryInfo[]>("--runs") { Description = "Folders of pretraining runs whose losses are drawn over one another, for example runs/beta-2 runs/beta0 runs/beta2.", AllowMultipleArgumentsPerToken = true };
var output = new Option<DirectoryInfo>("--output") { Description = "Where the pictures go.", DefaultValueFactory = _ => new("artifacts/instruments") };
var count = new Option<int>("--count") { Description = "Most images to measure on.", DefaultValueFactory = _ => 500 };
images.AcceptExistingOnly();
encoder.AcceptExistingOnly();
runs.AcceptExistingOnly();
var command = new RootCommand("Draws the laws of positive pairs; given images and an encoder, their difficulty; and given runs, their losses.") { images, encoder, runs, output, count };
command.Validators.Add(result =>
{
    if (result.GetValue(images) is null != result.GetValue(encoder) is null)
        result.AddError("--images and --encoder go together.");
});
command.SetAction(arguments =>
{
    try
    {
        string folder = arguments.GetValue(output)!.FullName;
        Directory.CreateDirectory(folder);
        Laws.Draw(folder);
        if (arguments.GetValue(images) is { } photos)
            Difficulty.Draw(photos.FullName, arguments.GetValue(encoder)!.FullName, arguments.GetValue(count), folder);
        if (arguments.GetValue(runs) is { Length: > 0 } trained)
            Losses.Draw(trained, folder);
        Console.WriteLine($"Pictures are in {folder}.");
        return 0;
    }
    catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or InvalidOperationException or ArgumentException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
});
return command.Parse(args).Invoke();
