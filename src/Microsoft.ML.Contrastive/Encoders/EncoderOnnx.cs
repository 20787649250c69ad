using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Data;
using Onnx;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>An encoder as ONNX: written, run and compared in one act.</summary>
internal static class EncoderOnnx
{
    /// <summary>The model, once ONNX Runtime has given the same features as the network.</summary>
    public static OnnxExport Export(ContrastiveEncoderTransformer encoder, OnnxExportOptions options)
    {
        options.Validate();
        options.RequireOf(encoder.Network);
        OnnxModelOptions written = ModelOptions(encoder, options);
        if (!options.Projector)
            return Export(encoder, OnnxModel.Write(encoder.Network.Backbone, written), options, _ => { });

        ProjectionHead projector = encoder.Network.Projector!;
        var head = new OnnxHead([new(options.ProjectionName, TensorProto.Types.DataType.Float, projector.Dimension)], (graph, features) => [projector.WriteOnnx(graph, features)])
        {
            Tensors = projector.Tensors,
        };
        return Export(
            encoder, OnnxModel.Write(encoder.Network.Backbone, written with { Head = head }), options,
            trial => trial.Compare(options.ProjectionName, encoder.Network.Project(trial.Images.Planes(), trial.Images.Count)));
    }

    /// <summary>How the encoder is written, with or without a classifier behind it.</summary>
    public static OnnxModelOptions ModelOptions(ContrastiveEncoderTransformer encoder, OnnxExportOptions options) =>
        new(options.InputName, options.OutputName, encoder.ImageSize.Height, encoder.ImageSize.Width)
        {
            Batch = options.FixedBatch,
            Normalization = encoder.Network.Normalization,
            RawImage = options.RawImageInput,
            FeatureMap = options.FeatureMap,
            Weights = options.Weights,
            FoldBatchNorm = options.FoldBatchNorm,
            Metadata = OnnxMetadata.Of(encoder, options),
        };

    /// <summary>Runs a model and compares it.</summary>
    /// <param name="encoder">The encoder that is in it.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">What was to be written.</param>
    /// <param name="compareRest">Compares what follows the features.</param>
    public static OnnxExport Export(ContrastiveEncoderTransformer encoder, byte[] model, OnnxExportOptions options, Action<OnnxTrial> compareRest)
    {
        using var trial = new OnnxTrial(model, encoder.ImageSize, options);
        float[] pixels = trial.Images.Planes();
        float[] features = options.FeatureMap
            ? encoder.Network.FeatureMap(pixels, trial.Images.Count)
            : encoder.Network.Encode(pixels, trial.Images.Count);
        trial.Compare(options.OutputName, features);
        compareRest(trial);
        return new OnnxExport(model, new OnnxExportResult(trial.LargestDeviation, features.Max(Math.Abs), model.Length, OnnxModel.OpsetOf(model), trial.Inputs, trial.Outputs)
        {
            RawImageDeviation = options is { RawImageInput: true, FeatureMap: false } ? RawImageDeviation(encoder, trial) : null,
        });
    }

    /// <summary>The encoder as a chain of ML.NET's own steps, which any ML.NET application can load.</summary>
    public static TransformerChain<ITransformer> Saved(EncoderInput input, ContrastiveEncoderTransformer encoder)
    {
        var options = new OnnxExportOptions { InputName = input.PixelColumn, OutputName = encoder.OutputColumnName, FixedBatch = 1 };
        byte[] model = OnnxModel.Write(encoder.Network.Backbone, ModelOptions(encoder, options) with { VectorOutput = true });
        return StockChain.Create(input, encoder.OutputColumnName, Export(encoder, model, options, _ => { }).Model);
    }

    /// <summary>‖f − f′‖ / ‖f′‖ of features with images resized in the graph and by ML.NET.</summary>
    private static double RawImageDeviation(ContrastiveEncoderTransformer encoder, OnnxTrial trial)
    {
        double difference = 0, length = 0;
        foreach ((double height, double width) in new[] { (1.4, 2.1), (3.0, 2.0), (2.0, 2.7) })
        {
            using TrialImages images = TrialImages.Photographs(
                new ImageSize((int)Math.Ceiling(width * encoder.ImageSize.Width), (int)Math.Ceiling(height * encoder.ImageSize.Height)), trial.Images.Count);
            float[] expected = [.. encoder.Transform(images.AsData(new MLContext(), encoder.InputColumnName)).GetColumn<float[]>(encoder.OutputColumnName).SelectMany(f => f)];
            foreach ((float feature, float other) in trial.FeaturesOf(images).Zip(expected))
            {
                difference += Math.Pow(feature - other, 2);
                length += Math.Pow(other, 2);
            }
        }

        return Math.Sqrt(difference / length);
    }
}
