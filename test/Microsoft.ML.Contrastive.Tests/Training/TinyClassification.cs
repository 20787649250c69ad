using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Training;

/// <summary>A classifier of stripes by direction on a very small network.</summary>
internal static class TinyClassification
{
    public static SupervisedTrainer.Options Options(Action<SupervisedTrainer.Options>? change = null)
    {
        var options = new SupervisedTrainer.Options
        {
            Backbone = Backbone.Parse("resnet10-cifar-w0.125"),
            Optimizer = new Sgd { LearningRate = 0.8 },
            Epochs = 4,
            BatchSize = 8,
            MonitoredImages = 100,
        };
        change?.Invoke(options);
        return options;
    }

    /// <summary>Loading, one augmented view, the trainer; the label as a key, as evaluation wants it.</summary>
    public static IEstimator<TransformerChain<ImageClassifierTransformer>> Pipeline(MLContext context, SupervisedTrainer.Options options, bool keyed = true)
    {
        EstimatorChain<ITransformer> chain = new EstimatorChain<ITransformer>().Append<ITransformer>(context.Transforms.LoadImages("Image", null, "ImagePath"));
        if (keyed)
            chain = chain.Append<ITransformer>(context.Transforms.Conversion.MapValueToKey("Label"));
        return chain
            .Append<ITransformer>(context.Transforms.RandomResizedCrop(["View1"], "Image", imageSize: 16))
            .Append<ITransformer>(context.Transforms.ColorJitter(["View1"], brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1))
            .Append(context.Contrastive().Trainers.SupervisedClassification(options));
    }

    public static ImageClassifierTransformer Fit(ImageFolder images, SupervisedTrainer.Options options, bool keyed = true, int seed = 1)
    {
        var context = new MLContext(seed);
        return Pipeline(context, options, keyed).Fit(images.Rows(context)).LastTransformer;
    }

    /// <summary>Rows of another folder with their images, as a validation set.</summary>
    public static IDataView Loaded(MLContext context, ImageFolder images) =>
        context.Transforms.LoadImages("Image", null, "ImagePath").Fit(images.Rows(context)).Transform(images.Rows(context));

    public static byte[] WeightsOf(ImageClassifierTransformer classifier) => WeightsOf(classifier.Encoder);

    /// <summary>Every parameter and statistic, to the bit.</summary>
    public static byte[] WeightsOf(ContrastiveEncoderTransformer encoder) =>
        [.. encoder.Network.Backbone.state_dict().OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => t.Value.detach().contiguous().bytes.ToArray())];
}
