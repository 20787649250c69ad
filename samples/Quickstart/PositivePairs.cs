using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Quickstart;

/// <summary>Two views of each image, which the encoder learns to recognise as one: the same whether they are looked at or trained on.</summary>
internal static class PositivePairs
{
    private const int Groups = 3, Rows = 6; // of the contact sheet

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

    /// <summary>Saves a contact sheet: images with the boxes of their two crops, the two views, and how many times larger one area is than the other.</summary>
    public static void SaveSheet(MLContext mlContext, IReadOnlyList<LabelledImage> images, int side, string path)
    {
        const int PerCrop = Groups * Rows / 2;
        LabelledImage[] shown = [.. Enumerable.Range(0, PerCrop).Select(i => images[(int)((i + 0.5) * images.Count / PerCrop)])];
        List<(SKBitmap, string)> tiles = [];
        foreach (bool joint in (bool[])[false, true])
            AddPairs(tiles, Pipeline(mlContext, joint, side), mlContext.Data.LoadFromEnumerable(shown), joint ? "joint" : "baseline");
        ContactSheet.Save(path, tiles, columns: 3 * Groups, scale: Math.Max(1, 72 / side));
    }

    private static void AddPairs(List<(SKBitmap, string)> tiles, EstimatorChain<AugmentationTransformer> pipeline, IDataView images, string name)
    {
        IDataView pairs = pipeline.Fit(images).Transform(images);
        ViewPlan plan = pairs.Schema[Views[0]].GetViewPlan();
        Span<ViewRecipe> recipes = new ViewRecipe[plan.ViewNames.Length];

        using DataViewRowCursor cursor = pairs.GetRowCursor(pairs.Schema);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        ValueGetter<MLImage>[] getImages = [.. ((string[])["Image", .. Views]).Select(column => cursor.GetGetter<MLImage>(pairs.Schema[column]))];
        while (cursor.MoveNext())
        {
            DataViewRowId id = default;
            getId(ref id);
            SKBitmap[] bitmaps = [.. getImages.Select(Bitmap)];
            plan.Sample(plan.KeyOf(epoch: 0, id.Low, id.High), new ImageSize(bitmaps[0].Width, bitmaps[0].Height), recipes);
            double ratio = recipes[1].Scale / recipes[0].Scale;
            tiles.Add((WithBoxes(bitmaps[0], recipes, bitmaps[1].Width), string.Create(CultureInfo.InvariantCulture, $"{name} {Math.Max(ratio, 1 / ratio):F1}")));
            for (int view = 0; view < Views.Length; view++)
                tiles.Add((bitmaps[view + 1], string.Create(CultureInfo.InvariantCulture, $"area {recipes[view].Scale:F2}")));
        }
    }

    private static SKBitmap Bitmap(ValueGetter<MLImage> getter)
    {
        MLImage image = null!;
        getter(ref image);
        using (image)
        {
            var info = new SKImageInfo(image.Width, image.Height, image.PixelFormat == MLPixelFormat.Bgra32 ? SKColorType.Bgra8888 : SKColorType.Rgba8888);
            return SKBitmap.FromImage(SKImage.FromPixelCopy(info, image.Pixels));
        }
    }

    /// <summary>The whole image in a square, with the outlines of the crops.</summary>
    private static SKBitmap WithBoxes(SKBitmap image, ReadOnlySpan<ViewRecipe> recipes, int side)
    {
        SKColor[] colors = [SKColors.Orange, SKColors.DeepSkyBlue];
        float scale = (float)side / Math.Max(image.Width, image.Height);
        var square = new SKBitmap(side, side);
        using var canvas = new SKCanvas(square);
        canvas.Scale(scale);
        canvas.DrawBitmap(image, 0, 0);
        for (int view = 0; view < recipes.Length; view++)
        {
            using var line = new SKPaint { Style = SKPaintStyle.Stroke, Color = colors[view % colors.Length], StrokeWidth = 1 / scale };
            ViewRecipe box = recipes[view];
            canvas.DrawRect(SKRect.Create(box.CropX + line.StrokeWidth / 2, box.CropY + line.StrokeWidth / 2, box.CropWidth - line.StrokeWidth, box.CropHeight - line.StrokeWidth), line);
        }

        return square;
    }
}
