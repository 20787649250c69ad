// Finds images in a folder that are nearly the same (another size, another format, a light crop), with an encoder's ONNX file.
//
//   NearDuplicates ENCODER.onnx FOLDER [LEAST_COSINE]
//
// Prints the cosine and the two files of each pair at or above the least cosine (0.99 by default), the most alike first:
//
//   0.9998	photos/beach.jpg	photos/beach-small.png
//   0.9931	photos/dog-1.jpg	photos/dog-2.jpg
//
// The mean of the folder is taken off the features first: what all images share says nothing about two of them. Compares every pair, n²/2 of them, which is
// quick up to some ten thousand images.

using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.Data;

float least = 0.99f;
if (args.Length is not (2 or 3) || (args.Length == 3 && !float.TryParse(args[2], NumberStyles.Float, CultureInfo.InvariantCulture, out least)))
{
    Console.Error.WriteLine("usage: NearDuplicates ENCODER.onnx FOLDER [LEAST_COSINE]");
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

if (features.Length > 0)
{
    float[] mean = [.. Enumerable.Range(0, features[0].Length).Select(i => features.Average(row => row[i]))];
    foreach (float[] row in features)
        TensorPrimitives.Subtract(row, mean, row);
}

var pairs =
    from i in Enumerable.Range(0, rows.Length).AsParallel()
    from j in Enumerable.Range(i + 1, rows.Length - i - 1)
    let cosine = TensorPrimitives.CosineSimilarity(features[i], features[j])
    where cosine >= least
    orderby cosine descending
    select (cosine, rows[i].ImagePath, rows[j].ImagePath);
foreach ((float cosine, string one, string other) in pairs)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cosine:F4}\t{one}\t{other}"));
return 0;

static bool IsImage(string file) => Path.GetExtension(file).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG" or ".BMP" or ".WEBP" or ".GIF";

/// <summary>What is read.</summary>
internal sealed class ImageRow
{
    public string ImagePath { get; set; } = "";
}
