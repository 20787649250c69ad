// Finds the images in a folder that are least like the others (wrong subject, broken scan, blank page), with an encoder's ONNX file.
//
//   Outliers ENCODER.onnx FOLDER [COUNT] [NEIGHBOURS]
//
// Prints the mean distance to the nearest neighbours (5 by default; distance is 1 − cosine of the features) and the file, the farthest first:
//
//   0.4127	photos/blank.png
//   0.1033	photos/upside-down.jpg
//   0.0871	photos/dog-9.jpg
//
// The distance to the k nearest neighbours is a plain and strong measure of how unusual a sample is (Ramaswamy, Rastogi and Shim, SIGMOD 2000; on features
// of a network: Sun et al., ICML 2022). It ranks; where "unusual" begins is for the eye to say.

using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

int count = 10, neighbours = 5;
if (args.Length is < 2 or > 4 || (args.Length > 2 && !int.TryParse(args[2], out count)) || (args.Length > 3 && !(int.TryParse(args[3], out neighbours) && neighbours > 0)))
{
    Console.Error.WriteLine("usage: Outliers ENCODER.onnx FOLDER [COUNT] [NEIGHBOURS]");
    return 2;
}

if (!File.Exists(args[0]) || !Directory.Exists(args[1]))
{
    Console.Error.WriteLine($"There is no {(File.Exists(args[0]) ? $"folder '{args[1]}' for FOLDER" : $"file '{args[0]}' for ENCODER.onnx")}.");
    return 1;
}

var mlContext = new MLContext();
ImageRow[] rows = [.. Directory.EnumerateFiles(args[1], "*", SearchOption.AllDirectories).Where(IsImage).Order(StringComparer.Ordinal).Select(file => new ImageRow { ImagePath = file })];
IDataView data = mlContext.Data.LoadFromEnumerable(rows);
using var model = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
    .Append(mlContext.Transforms.ApplyOnnxEncoder("Features", "Image", args[0]))
    .Fit(data);
float[][] features = [.. model.Transform(data).GetColumn<float[]>("Features")];

var distances =
    from i in Enumerable.Range(0, rows.Length).AsParallel()
    let others = Enumerable.Range(0, rows.Length).Where(j => j != i).Select(j => 1 - TensorPrimitives.CosineSimilarity(features[i], features[j]))
    let distance = others.Order().Take(neighbours).DefaultIfEmpty().Average()
    orderby distance descending
    select (distance, rows[i].ImagePath);
foreach ((float distance, string file) in distances.Take(count))
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{distance:F4}\t{file}"));
return 0;

static bool IsImage(string file) => Path.GetExtension(file).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG" or ".BMP" or ".WEBP" or ".GIF";

/// <summary>What is read.</summary>
internal sealed class ImageRow
{
    public string ImagePath { get; set; } = "";
}
