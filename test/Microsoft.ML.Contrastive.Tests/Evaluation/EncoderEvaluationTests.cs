using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Contrastive.Tests.Encoders;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Evaluation;

/// <summary>Linear evaluation and nearest neighbours from images on, as users call them.</summary>
public sealed class EncoderEvaluationTests : IDisposable
{
    private static readonly LinearEvaluationProtocol Short = new() { Name = "short", LearningRate = 0.5, BatchSize = 8, Epochs = 6 };
    private static readonly LinearEvaluationOptions Pixels16 = new() { ImageSize = new ImageSize(16, 16), Seed = 1 };

    private readonly ColouredImages _images = new();
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _images.Dispose();

    [Fact]
    public void An_encoder_of_this_library_beats_guessing_by_far_and_the_result_tells_the_protocol()
    {
        using ContrastiveEncoderTransformer encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);

        var linear = _context.Contrastive().Evaluation.LinearEvaluation(encoder, Train(), Test(), Short with { LearningRate = 0.02, Epochs = 10 });
        var neighbours = _context.Contrastive().Evaluation.NearestNeighbours(encoder, Train(), Test(), neighbours: 5);

        Assert.True(linear.Top1 > 0.8, $"{linear}\n{neighbours} {string.Join(", ", linear.LossPerEpoch)}");
        Assert.InRange(neighbours.Top1, 0.8, 1);
        Assert.Equal(1, linear.Top5);
        Assert.Equal(["blue", "green", "red"], linear.Classes);
        Assert.Equal(36, linear.ConfusionMatrix.Sum(row => row.Sum()));
        Assert.Equal(linear.Top1, linear.PerClassAccuracy.Average(), 1e-9);
        Assert.Equal(10, linear.LossPerEpoch.Count);
        Assert.Contains("'short' (Sgd, lr 0.02, constant, momentum 0.9, weight decay 0, batch 8, 10 epochs)", linear.ToString(), StringComparison.Ordinal);
        Assert.Contains("scale 0.08–1 with flips, new in every epoch, tested: short side to 24 (Bilinear), centre 24x24", linear.ToString(), StringComparison.Ordinal);
        Assert.Contains("k = 5, T = 0.1", neighbours.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_epoch_is_trained_on_new_random_crops_and_tested_on_central_ones()
    {
        ITransformer pixels = PixelEncoder();
        var metrics = Evaluate(pixels, Short, Pixels16 with { ShortSide = 20 });

        // The same by hand: the steps of the catalogue, an epoch at a time.
        IDataView views = new EstimatorChain<ITransformer>()
            .Append(_context.Transforms.RandomResizedCrop(["Image.Evaluation"], "Image", imageSize: 16, minScale: 0.08, seed: 1))
            .Append(_context.Transforms.RandomHorizontalFlip(["Image.Evaluation"]))
            .Append(_context.Transforms.CopyColumns("Image", "Image.Evaluation"))
            .Fit(Train()).Transform(Train());
        float[] OfEpoch(int epoch)
        {
            using (ViewEpoch.Use(epoch))
                return Features(pixels.Transform(views));
        }

        int[] labels = [.. _images.Train.Select(row => Array.IndexOf(["blue", "green", "red"], row.Label))];
        var byHand = LinearEvaluation.Train(OfEpoch, labels, Short, seed: 1);
        Assert.NotEqual(OfEpoch(0), OfEpoch(1));
        Assert.Equal(byHand.LossPerEpoch, metrics.LossPerEpoch);
        Assert.Equal(byHand.Classifier.Weights, metrics.Classifier.Weights);

        IDataView central = new EstimatorChain<ITransformer>()
            .Append(_context.Transforms.CropViews(["View"], "Image", new CentralCrop { OutputSize = new ImageSize(16, 16), ShortSide = 20 }))
            .Append(_context.Transforms.CopyColumns("Image", "View"))
            .Fit(Test()).Transform(Test());
        int[] testLabels = [.. _images.Test.Select(row => Array.IndexOf(["blue", "green", "red"], row.Label))];
        Assert.Equal(byHand.Classifier.Accuracy(Features(pixels.Transform(central)), testLabels), metrics.Top1);
    }

    [Fact]
    public void Training_on_central_crops_only_is_said_wherever_the_number_is()
    {
        ITransformer pixels = PixelEncoder();

        var metrics = Evaluate(pixels, Short, Pixels16 with { TrainingImages = LinearEvaluationImages.CentralCropsOnly });

        Assert.Equal("short on central crops only", metrics.ProtocolName);
        Assert.Contains("'short on central crops only'", metrics.ToString(), StringComparison.Ordinal);
        Assert.Contains("trained on central crops, the same in every epoch", metrics.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(Evaluate(pixels, Short, Pixels16).LossPerEpoch, metrics.LossPerEpoch);
        Assert.InRange(metrics.Top1, 0.8, 1);
    }

    [Theory]
    [InlineData(384, 4 * 384, "class tokens of the last 4 blocks")]
    [InlineData(768, 2 * 768, "class token and mean patch token of the last block")]
    [InlineData(null, 64, "the encoder's features")]
    public void DINO_takes_the_tokens_that_its_authors_take(int? width, int features, string description)
    {
        // As wide as ViT-Small and ViT-Base, and less deep.
        using ContrastiveEncoderTransformer encoder = Untrained(() => width is { } d ? new VisionTransformer(imageSize: 16, patchSize: 8, d, depth: 4, heads: 2, mlpRatio: 1) : Backbone.Parse("resnet10-cifar-w0.125").Create());
        LinearEvaluationProtocol dino = LinearEvaluationProtocol.Dino with { Epochs = 1 };

        LinearEvaluationMetrics metrics = Evaluate(encoder, dino), moco = Evaluate(encoder, LinearEvaluationProtocol.MoCoV3VisionTransformer with { Epochs = 1 });

        Assert.Equal((features, "dino"), (metrics.Classifier.Dimension, metrics.ProtocolName));
        Assert.Contains($"1 epochs) of {description};", metrics.ToString(), StringComparison.Ordinal);
        Assert.Equal((encoder.FeatureDimension, "the encoder's features"), (moco.Classifier.Dimension, moco.Features));
    }

    [Fact]
    public void DINO_on_an_encoder_that_has_its_features_alone_says_so_in_its_name()
    {
        LinearEvaluationMetrics metrics = Evaluate(PixelEncoder(), LinearEvaluationProtocol.Dino with { Epochs = 1 }, Pixels16 with { TrainingImages = LinearEvaluationImages.CentralCropsOnly });
        Assert.Equal("dino on central crops only without further tokens", metrics.ProtocolName);
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_another_seed_others()
    {
        ITransformer pixels = PixelEncoder();
        LinearEvaluationMetrics first = Evaluate(pixels, Short, Pixels16), again = Evaluate(pixels, Short, Pixels16), other = Evaluate(pixels, Short, Pixels16 with { Seed = 2 });

        Assert.Equal(first.Classifier.Weights, again.Classifier.Weights);
        Assert.Equal(first.ToString(), again.ToString());
        Assert.NotEqual(first.Classifier.Weights, other.Classifier.Weights);
    }

    [Fact]
    public void A_saved_encoder_that_is_opened_with_stock_components_gets_the_same_accuracy()
    {
        using ContrastiveEncoderTransformer encoder = ContrastiveEncoderTransformerTests.RandomEncoder(_context);
        string path = _images.PathOf("encoder.mlnet");
        _context.Model.Save(encoder, Train().Schema, path);
        ITransformer loaded = _context.Model.Load(path, out _);

        var (own, stock) = (Evaluate(encoder, Short), Evaluate(loaded, Short, new() { ImageSize = encoder.ImageSize }));

        Assert.Equal(own.LossPerEpoch[^1], stock.LossPerEpoch[^1], 1e-3);
        Assert.Equal(own.Top1, stock.Top1, 0.03);
    }

    [Fact]
    public void The_rate_that_does_best_on_held_out_rows_is_used_and_one_that_diverges_is_out()
    {
        var swept = Short with { SweptLearningRates = [1e-9, 0.5, 1e300] };

        var metrics = Evaluate(PixelEncoder(), swept, Pixels16 with { HeldOutFraction = 0.3 });

        Assert.Equal([1e-9, 0.5, 1e300], metrics.LearningRateTrials.Select(trial => trial.LearningRate));
        Assert.Equal(0.5, metrics.Protocol.LearningRate);
        Assert.True(metrics.LearningRateTrials[1].HeldOutTop1 > metrics.LearningRateTrials[0].HeldOutTop1);
        Assert.Equal(double.NaN, metrics.LearningRateTrials[2].HeldOutTop1);
        Assert.Contains("lr 0.5, constant", metrics.ToString(), StringComparison.Ordinal);
        Assert.Contains("lr chosen among 3 on held-out rows", metrics.ToString(), StringComparison.Ordinal);
        Assert.Equal(("short", "short without the sweep"), (metrics.ProtocolName, Evaluate(PixelEncoder(), swept with { Epochs = 1 }, Pixels16).ProtocolName));

        // The classifier that is tested has seen all rows.
        Assert.Equal(Evaluate(PixelEncoder(), Short, Pixels16).Classifier.Weights, metrics.Classifier.Weights);
        Assert.Contains("one learning rate", Assert.Throws<ArgumentException>(() => Evaluate(PixelEncoder(), Short, Pixels16 with { HeldOutFraction = 0.3 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_only_the_test_images_have_counts_as_wrong_and_is_named()
    {
        foreach (ImageFolder.Row row in _images.Test.Where(row => row.Label == "blue"))
            row.Label = "violet";

        var linear = Evaluate(PixelEncoder(), Short, Pixels16);
        var neighbours = _context.Contrastive().Evaluation.NearestNeighbours(PixelEncoder(), Train(), Test(), options: Pixels16);

        foreach (EncoderMetrics metrics in new EncoderMetrics[] { linear, neighbours })
        {
            Assert.Equal(["violet"], metrics.ClassesOnlyInTest);
            Assert.InRange(metrics.Top1, 0.5, 2 / 3.0);
            Assert.InRange(metrics.Top5, 0.5, 2 / 3.0 + 1e-9);
            Assert.Equal(0, metrics.PerClassAccuracy[3]);
            Assert.Equal(double.NaN, metrics.PerClassAccuracy[0]);
            Assert.Contains("no training image has the class violet", metrics.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Features_that_are_no_numbers_are_told_with_their_row()
    {
        ITransformer encoder = PixelPipeline().Append(_context.Transforms.Expression("Features", "x => x / 0.0f", "Features")).Fit(Train());

        foreach (Func<object> evaluation in (Func<object>[])[() => Evaluate(encoder, Short, Pixels16), () => _context.Contrastive().Evaluation.NearestNeighbours(encoder, Train(), Test(), options: Pixels16)])
            Assert.Contains("row 0 a feature 0 of", Assert.Throws<InvalidOperationException>(evaluation).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_compared_by_their_names()
    {
        // Fitted apart, the same class has another number in each: by number all would be wrong.
        _images.Test.Reverse();
        IDataView Keyed(IDataView data) => _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        var metrics = _context.Contrastive().Evaluation.LinearEvaluation(PixelEncoder(), Keyed(Train()), Keyed(Test()), Short, Pixels16);

        Assert.Equal(["blue", "green", "red"], metrics.Classes);
        Assert.InRange(metrics.Top1, 0.8, 1);
    }

    [Fact]
    public void What_is_wrong_is_said_before_any_image_is_decoded()
    {
        ITransformer pixels = PixelEncoder();
        _images.Train[0].ImagePath = _images.Corrupt();
        void Refused<T>(string part, Func<object> evaluation)
            where T : Exception => Assert.Contains(part, Assert.Throws<T>(evaluation).Message, StringComparison.Ordinal);
        var catalog = _context.Contrastive().Evaluation;

        Refused<ArgumentException>("moco-v3", () => catalog.LinearEvaluation(pixels, Train(), Test(), "mocov3", Pixels16));
        Refused<ArgumentException>("no label column 'Species'", () => Evaluate(pixels, Short, Pixels16 with { LabelColumnName = "Species" }));
        Refused<ArgumentException>("ImageSize is not set", () => Evaluate(pixels, Short));
        Refused<ArgumentException>("no column 'Embedding'", () => Evaluate(pixels, Short, Pixels16 with { FeatureColumnName = "Embedding" }));
        Refused<ArgumentException>("no rows", () => catalog.LinearEvaluation(pixels, Train(), Rows([]), Short, Pixels16));
        Refused<ArgumentException>("does not depend on the column 'Image'", () => Evaluate(
            _context.Transforms.LoadImages("Image", null, "ImagePath").Append(PixelPipeline()).Fit(Train()), Short, Pixels16));
        Refused<ArgumentOutOfRangeException>("HeldOutFraction", () => Evaluate(pixels, Short, Pixels16 with { HeldOutFraction = 1 }));
        Refused<ArgumentException>("ShortSide is 10", () => Evaluate(pixels, Short, Pixels16 with { ShortSide = 10 }));
        Refused<ArgumentOutOfRangeException>("temperature", () => catalog.NearestNeighbours(pixels, Train(), Test(), temperature: 0, options: Pixels16));
        _images.Test[2].Label = "";
        Refused<ArgumentException>("1 of 36 rows of the test data have no label", () => Evaluate(pixels, Short, Pixels16));
        _images.Test[2].Label = "red";

        Refused<InvalidOperationException>("corrupt.png", () => Evaluate(pixels, Short, Pixels16));
        Assert.Throws<OperationCanceledException>(() => Evaluate(pixels, Short, Pixels16 with { Cancellation = new CancellationToken(canceled: true) }));
    }

    private ContrastiveEncoderTransformer Untrained(Func<BackboneModule> create)
    {
        BackboneModule network = TorchInitialization.FromSeed(1, create);
        network.eval();
        return new ContrastiveEncoderTransformer(_context, new EncoderNetwork(network, PixelNormalization.ImageNet, new ImageSize(16, 16), TorchSharp.torch.CPU), "Features", "Image");
    }

    private LinearEvaluationMetrics Evaluate(ITransformer encoder, LinearEvaluationProtocol protocol, LinearEvaluationOptions? options = null) =>
        _context.Contrastive().Evaluation.LinearEvaluation(encoder, Train(), Test(), protocol, options);

    private IDataView Train() => Rows(_images.Train);

    private IDataView Test() => Rows(_images.Test);

    private IDataView Rows(IEnumerable<ImageFolder.Row> rows) => ColouredImages.Load(_context, rows);

    private EstimatorChain<Microsoft.ML.Transforms.Image.ImagePixelExtractingTransformer> PixelPipeline() => _context.Transforms
        .ResizeImages("Resized", 4, 4, "Image")
        .Append(_context.Transforms.ExtractPixels("Features", "Resized", scaleImage: 1 / 64f, offsetImage: 120));

    /// <summary>Pixels as features, by ML.NET's own transforms.</summary>
    private ITransformer PixelEncoder() => PixelPipeline().Fit(Train());

    private static float[] Features(IDataView data) => [.. data.GetColumn<float[]>("Features").SelectMany(row => row)];
}
