// Shows what joint augmentation does: the laws of the pairs, and how difficult the pairs are for an encoder.
//
//   dotnet run -c Release --project samples/Instruments [-- --images DIR --encoder encoder.onnx --output DIR]

using System.CommandLine;
using Instruments;

var images = new Option<DirectoryInfo>("--images") { Description = "A folder of images to measure difficulty on, for example artifacts/quickstart/images/train." };
var encoder = new Option<FileInfo>("--encoder") { Description = "The encoder to measure with: an ONNX file that ExportToOnnx has written, for example artifacts/quickstart/encoder.onnx." };
var output = new Option<DirectoryInfo>("--output") { Description = "Where the pictures go.", DefaultValueFactory = _ => new("artifacts/instruments") };
var count = new Option<int>("--count") { Description = "Most images to measure on.", DefaultValueFactory = _ => 500 };
images.AcceptExistingOnly();
encoder.AcceptExistingOnly();
var command = new RootCommand("Draws the laws of positive pairs and, given images and an encoder, their difficulty.") { images, encoder, output, count };
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
        Console.WriteLine($"Pictures are in {folder}.");
        return 0;
    }
    catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
});
return command.Parse(args).Invoke();
