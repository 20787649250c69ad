using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.OnnxRuntime;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>
/// What decoding the next batch while one is encoded brings: the time of reading and decoding files and of encoding their pixels, one after the other, to that of
/// <c>ApplyOnnxEncoder</c> over the files, in pairs in alternating order. Where encoding keeps all cores busy by itself, less than the shorter of the two can be hidden.
/// </summary>
internal static class LookAheadRun
{
    private const int Images = 256, BatchSize = 64;

    public static int Execute(int pairs, string backbone, int fileSide, int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, PairedRatios.FewestPairs);
        using SyntheticImages files = SyntheticImages.Write(Images, fileSide);
        using var model = new OnnxEncoderFile(Path.Combine(files.Folder, "encoder.onnx"), Backbone.Parse(backbone), side, BatchSize);
        var context = new MLContext();
        IDataView rows = context.Data.LoadFromEnumerable(Directory.GetFiles(files.Folder, "*.png").Select(path => new Row { ImagePath = path }));
        IDataView images = context.Transforms.LoadImages("Image", imageFolder: null, "ImagePath").Fit(rows).Transform(rows);
        using OnnxEncoderTransformer encoder = context.Transforms.ApplyOnnxEncoder("Features", "Image", model.Path, BatchSize).Fit(images);
        IDataView features = encoder.Transform(images);
        var input = new EncoderInput(context.Transforms, "Image", "Features", side, side);
        double Decoding() => WallClock.Seconds(() => Decode(images, input));
        double Encoding() => WallClock.Seconds(() => model.Encode(Images));
        double Together() => WallClock.Seconds(() => _ = features.GetColumn<float[]>("Features").Count());
        _ = (Decoding(), Encoding(), Together());
        Console.WriteLine("| pair | decoding, s | encoding, s | both by ApplyOnnxEncoder, s | ratio |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        var ratios = new double[pairs];
        for (int pair = 0; pair < pairs; pair++)
        {
            double together = pair % 2 == 1 ? Together() : 0, decoding = Decoding(), encoding = Encoding();
            together = pair % 2 == 1 ? together : Together();
            ratios[pair] = (decoding + encoding) / together;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {pair + 1} | {decoding:F2} | {encoding:F2} | {together:F2} | {ratios[pair]:F3} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"(decoding + encoding) / both, {backbone} at {side}x{side}, {Images} PNG files of {fileSide}x{fileSide}, batches of {BatchSize}: {PairedRatios.Summary(ratios)}");
        Console.WriteLine(Hardware.Description);
        return 0;
    }

    private static void Decode(IDataView images, EncoderInput input)
    {
        using var reader = new PixelReader(images, input);
        var pixels = new float[input.PixelCount];
        while (reader.Cursor.MoveNext())
            reader.Read(pixels);
    }

    private sealed class Row
    {
        public string ImagePath { get; set; } = "";
    }
}
