using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.OnnxRuntime;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>
/// What batched scoring costs beside ONNX Runtime itself: the ratio of their throughputs at one batch size, in pairs that run one right after the other in alternating
/// order. The transformer starts from images in memory, so resizing and extracting pixels are its cost and decoding is not; ONNX Runtime starts from pixels.
/// </summary>
internal static class ScoringRun
{
    private const int Images = 128, BatchSize = 64, Side = 224;

    public static int Execute(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, PairedRatios.FewestPairs);
        string folder = Directory.CreateTempSubdirectory("contrastive-benchmark-").FullName;
        try
        {
            using var file = new OnnxEncoderFile(Path.Combine(folder, "encoder.onnx"), Backbone.ResNet18(), Side, BatchSize);
            var context = new MLContext();
            IDataView images = context.Data.LoadFromEnumerable(Enumerable.Range(0, 8).Select(seed => new Row(seed)).ToArray().RepeatedTo(Images));
            using OnnxEncoderTransformer encoder = context.Transforms.ApplyOnnxEncoder("Features", "Image", file.Path, BatchSize).Fit(images);
            IDataView features = encoder.Transform(images);
            Compare(pairs, () => Score(features), () => file.Encode(Images));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(int pairs, Action transformer, Action alone)
    {
        Console.WriteLine($"| pair | ApplyOnnxEncoder, images/s | ONNX Runtime alone, images/s | ratio |");
        Console.WriteLine("|---:|---:|---:|---:|");
        var ratios = new double[pairs];
        foreach ((int pair, (double ofTransformer, double ofAlone)) in PairedRatios.Time(pairs, transformer, alone).Index())
        {
            ratios[pair] = ofAlone / ofTransformer;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {pair + 1} | {Images / ofTransformer:F1} | {Images / ofAlone:F1} | {ratios[pair]:F3} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"Throughput of ApplyOnnxEncoder / ONNX Runtime alone, ResNet-18, {Side}x{Side}, batches of {BatchSize}: {PairedRatios.Summary(ratios)}");
        Console.WriteLine(Hardware.Description);
    }

    private static void Score(IDataView features)
    {
        using DataViewRowCursor cursor = features.GetRowCursor([features.Schema["Features"]]);
        ValueGetter<VBuffer<float>> get = cursor.GetGetter<VBuffer<float>>(features.Schema["Features"]);
        VBuffer<float> value = default;
        while (cursor.MoveNext())
            get(ref value);
    }

    private static IEnumerable<Row> RepeatedTo(this Row[] rows, int count) => Enumerable.Range(0, count).Select(i => rows[i % rows.Length]);

    /// <summary>An image in memory. Whoever reads it gets one of its own, which ML.NET disposes.</summary>
    private sealed class Row(int seed)
    {
        private readonly byte[] _bgra = Opaque(SyntheticImages.Pixels(Side, seed));

        [ImageType(Side, Side)]
        public MLImage Image => MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Bgra32, _bgra);

        private static byte[] Opaque(byte[] rgb)
        {
            var bgra = new byte[rgb.Length / 3 * 4];
            for (int p = 0; p < rgb.Length / 3; p++)
                (bgra[4 * p], bgra[(4 * p) + 1], bgra[(4 * p) + 2], bgra[(4 * p) + 3]) = (rgb[(3 * p) + 2], rgb[(3 * p) + 1], rgb[3 * p], byte.MaxValue);
            return bgra;
        }
    }
}
