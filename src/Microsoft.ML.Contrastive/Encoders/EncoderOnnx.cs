using System.Globalization;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>An encoder as ONNX: written, run and compared in one act.</summary>
internal static class EncoderOnnx
{
    private const int ImagesCompared = 4;

    /// <summary>The model's bytes, once ONNX Runtime has given the same features as the network.</summary>
    /// <param name="network">The encoder.</param>
    /// <param name="options">What to write.</param>
    /// <param name="deviation">Largest difference between two features.</param>
    public static byte[] Verified(EncoderNetwork network, OnnxExportOptions options, out float deviation) =>
        Verified(network, options, vectorOutput: false, out deviation);

    private static byte[] Verified(EncoderNetwork network, OnnxExportOptions options, bool vectorOutput, out float deviation)
    {
        options.Validate();
        byte[] model = OnnxModel.Write(network.Backbone, new OnnxModelOptions(options.InputName, options.OutputName, network.InputSize.Height, network.InputSize.Width)
        {
            Batch = options.FixedBatch,
            Normalization = network.Normalization,
            VectorOutput = vectorOutput,
            Metadata = Facts(network),
        });
        deviation = Deviation(model, network, options);
        if (!(deviation <= options.Tolerance))
            throw new InvalidOperationException(
                $"The exported model differs from the encoder by {deviation:G3}, more than the tolerance of {options.Tolerance:G3} ({nameof(OnnxExportOptions)}.{nameof(OnnxExportOptions.Tolerance)}); it was not written.");
        return model;
    }

    /// <summary>The encoder as a chain of ML.NET's own steps, which any ML.NET application can load.</summary>
    public static TransformerChain<ITransformer> StockChain(EncoderInput input, EncoderNetwork network, string outputColumn)
    {
        byte[] model = Verified(network, new OnnxExportOptions { InputName = input.PixelColumn, OutputName = outputColumn, FixedBatch = 1 }, vectorOutput: true, out _);
        // A context of its own: the user's may ask for a GPU, which the scorer would look for while the model is being saved. The application that
        // loads the model decides where it runs.
        var context = new MLContext();
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(input.ImageColumn, new ImageDataViewType());
        var empty = new EmptyView(builder.ToSchema());
        var pixels = input.Estimator.Fit(empty);
        var scorer = context.Transforms.ApplyOnnxModel([outputColumn], [input.PixelColumn], new MemoryStream(model)).Fit(pixels.Transform(empty));
        // The intermediate columns served the scorer only; the loaded pipeline has the columns of the one in memory.
        var drop = context.Transforms.DropColumns(input.ResizedColumn, input.PixelColumn).Fit(scorer.Transform(pixels.Transform(empty)));
        return new TransformerChain<ITransformer>(pixels, scorer, drop);
    }

    /// <summary>What whoever finds the file needs to know to feed it.</summary>
    private static Dictionary<string, string> Facts(EncoderNetwork network)
    {
        (float R, float G, float B) mean = network.Normalization.Mean, std = network.Normalization.Std;
        return new Dictionary<string, string>
        {
            ["backbone"] = network.Backbone.GetName(),
            ["image_size"] = network.InputSize.ToString(),
            ["pixel_range"] = "0..255",
            ["channel_order"] = "RGB",
            ["mean"] = string.Create(CultureInfo.InvariantCulture, $"{mean.R},{mean.G},{mean.B}"),
            ["std"] = string.Create(CultureInfo.InvariantCulture, $"{std.R},{std.G},{std.B}"),
        };
    }

    private static float Deviation(byte[] model, EncoderNetwork network, OnnxExportOptions options)
    {
        int height = network.InputSize.Height, width = network.InputSize.Width, values = 3 * height * width, features = network.FeatureDimension;
        int batch = options.FixedBatch ?? ImagesCompared;
        // Noise around a gradient: every filter of the first layer sees something, and no two images are alike.
        var random = new Random(20250225);
        var pixels = new float[batch * values];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Math.Clamp(255f * (i % width) / width + random.Next(-96, 96), 0, 255);
        var expected = new float[batch * features];
        network.Encode(pixels, batch, expected);

        using InferenceSession session = Open(model);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run(
            [NamedOnnxValue.CreateFromTensor(options.InputName, new DenseTensor<float>(pixels, [batch, 3, height, width]))]);
        float deviation = 0;
        int index = 0;
        foreach (float value in outputs.Single().AsTensor<float>())
            deviation = Math.Max(deviation, float.IsFinite(value) ? Math.Abs(value - expected[index++]) : float.PositiveInfinity);
        if (index != expected.Length)
            throw new InvalidOperationException($"The exported model gave {index} features for {batch} images; {expected.Length} were expected.");
        return deviation;
    }

    private static InferenceSession Open(byte[] model)
    {
        try
        {
            return new InferenceSession(model);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            throw new InvalidOperationException(
                "The native ONNX Runtime was not found: a saved pipeline and an exported encoder are run and compared before they are written. Add the package Microsoft.ML.OnnxRuntime (or Microsoft.ML.OnnxRuntime.Gpu) to the application.", e);
        }
    }
}
