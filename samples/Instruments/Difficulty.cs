using Microsoft.ML;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Plots;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Transforms.Image;

namespace Instruments;

/// <summary>How difficult pairs are for an exported encoder, which ML.NET's own steps run.</summary>
internal static class Difficulty
{
    public static void Draw(string images, string encoderPath, int count, string folder)
    {
        var mlContext = new MLContext(seed: 1);
        IDataView photos = mlContext.Contrastive().LoadImagesFromFolder(images);
        (int side, int features, string input, string output) = Describe(encoderPath);
        IDataView views = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(mlContext.Transforms.RandomResizedCrop(["View1", "View2"], "Image", side))
            .Fit(photos).Transform(photos);

        var steps = mlContext.Transforms.ResizeImages("Resized", side, side, "Image", ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(mlContext.Transforms.ExtractPixels(input, "Resized"))
            .Append(mlContext.Transforms.ApplyOnnxModel(
                [output], [input], encoderPath, new Dictionary<string, int[]> { [input] = [1, 3, side, side], [output] = [1, features] }, gpuDeviceId: null, fallbackToCpu: false));
        ITransformer encoder = steps.Fit(mlContext.Data.TakeRows(views, 1));

        var difficulty = mlContext.Contrastive().Difficulty;
        var options = new StatisticalDifficultyOptions { Images = count, EncoderOutputColumnName = output };
        StatisticalDifficulty baseline = difficulty.Measure(views, encoder, options);
        Console.WriteLine($"RandomResizedCrop  {baseline}");
        DifficultyCurve ratios = difficulty.ByAreaRatio(views, encoder, options: options);
        DifficultyCurve betas = difficulty.ByBeta(views, encoder, options: options);
        Console.WriteLine($"{ratios}{betas}");
        DifficultyFigure.Create([("JointCrop, one ratio", ratios)]).SavePng(Path.Combine(folder, "difficulty-ratio.png"));
        DifficultyFigure.Create([("JointCrop(β)", betas)]).SavePng(Path.Combine(folder, "difficulty-beta.png"));
        difficulty.SaveContactSheet(Path.Combine(folder, "hardest.png"), views, baseline, DifficultyOrder.Spread, rows: 8, columns: 2, title: "From hardest to easiest pair");
    }

    /// <summary>Side of the images that the encoder takes, number of features, and the names of its input and output.</summary>
    private static (int Side, int Features, string Input, string Output) Describe(string encoderPath)
    {
        using var session = new InferenceSession(encoderPath);
        (string input, NodeMetadata image) = session.InputMetadata.Single();
        return image.Dimensions is [_, 3, var height, var width] && height == width
            ? (height, session.OutputMetadata.Single().Value.Dimensions[^1], input, session.OutputMetadata.Single().Key)
            : throw new ArgumentException($"'{encoderPath}' takes {string.Join(" x ", image.Dimensions)}; an encoder of square images takes n x 3 x side x side.");
    }
}
