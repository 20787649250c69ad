// Finds the images in a folder that are most alike to a given one: visual search with an encoder's ONNX file, through the interface that vector stores speak.
//
//   NearestImages ENCODER.onnx FOLDER IMAGE [COUNT]
//
// Prints the cosine of the features and the file, the most alike first, e.g. for a photo of a cat that lies in the folder, too:
//
//   1.0000	photos/cat-017.jpg
//   0.9312	photos/cat-004.jpg
//   0.9127	photos/lynx-011.jpg
//
// Features depend on the encoder alone: a folder is encoded once and its features kept, in a vector store or a file.

using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.ML.Contrastive.OnnxRuntime;

if (args.Length is not (3 or 4) || (args.Length == 4 && !int.TryParse(args[3], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
{
    Console.Error.WriteLine("usage: NearestImages ENCODER.onnx FOLDER IMAGE [COUNT]");
    return 2;
}

if (!File.Exists(args[0]) || !Directory.Exists(args[1]) || !File.Exists(args[2]))
{
    string missing = !File.Exists(args[0]) ? $"file '{args[0]}' for ENCODER.onnx" : !Directory.Exists(args[1]) ? $"folder '{args[1]}' for FOLDER" : $"file '{args[2]}' for IMAGE";
    Console.Error.WriteLine($"There is no {missing}.");
    return 1;
}

int count = args.Length == 4 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 5;
string[] files = [.. Directory.EnumerateFiles(args[1], "*", SearchOption.AllDirectories).Where(IsImage).Order(StringComparer.Ordinal)];

using var encoder = new ImageEmbeddingGenerator(args[0]);
float[] query = (await encoder.GenerateVectorAsync(await DataContent.LoadFromAsync(args[2]))).ToArray();

// Files are read as the encoder comes to them, at most a batch ahead.
IEnumerable<DataContent> images = files.Select(path => new DataContent(File.ReadAllBytes(path), "application/octet-stream") { Name = path });
var found = files.Zip(await encoder.GenerateAsync(images), (path, embedding) => (Cosine: TensorPrimitives.CosineSimilarity(query, embedding.Vector.Span), File: path));

foreach ((float cosine, string file) in found.OrderByDescending(f => f.Cosine).Take(count))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cosine:F4}\t{file}"));
return 0;

static bool IsImage(string file) => Path.GetExtension(file).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG" or ".BMP" or ".WEBP" or ".GIF";
