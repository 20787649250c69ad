using Microsoft.ML;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>Two views of each image, which the encoder learns to recognise as one: the same whether they are looked at or trained on.</summary>
internal static class PositivePairs
{
    private static readonly string[] Views = ["View1", "View2"];

    /// <summary>The part of the pipeline from paths to views.</summary>
    /// <param name="mlContext">The context; its seed is that of the views, so that both crops share all other random numbers.</param>
    /// <param name="joint">JointCrop with β = 0, which makes the areas of the two views differ more; otherwise RandomResizedCrop, the field's baseline.</param>
    /// <param name="side">Side of the views in pixels.</param>
    public static EstimatorChain<AugmentationTransformer> Pipeline(MLContext mlContext, bool joint, int side)
    {
        var loaded = mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath");
        EstimatorChain<AugmentationTransformer> cropped = joint
            ? loaded.Append(mlContext.Transforms.JointCrop(Views, "Image", side, beta: 0))
            : loaded.Append(mlContext.Transforms.RandomResizedCrop(Views, "Image", side));
        return cropped
            .Append(mlContext.Transforms.RandomHorizontalFlip(Views))
            .Append(mlContext.Transforms.ColorJitter(Views, brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1));
    }

    /// <summary>Saves a contact sheet: the same images with the pairs that either crop makes of them, and how many times larger one area is than the other.</summary>
    public static void SaveSheet(MLContext mlContext, IReadOnlyList<LabelledImage> images, int side, string path)
    {
        IDataView data = mlContext.Data.LoadFromEnumerable(images);
        mlContext.Contrastive().SaveContactSheet(
            path,
            [new("RandomResizedCrop", Pairs(joint: false)), new("JointCrop(0)", Pairs(joint: true))],
            new ContactSheetOptions { Rows = 9, Columns = 3, Title = "Positive pairs and the ratio of their areas" });

        IDataView Pairs(bool joint) => Pipeline(mlContext, joint, side).Fit(data).Transform(data);
    }
}
