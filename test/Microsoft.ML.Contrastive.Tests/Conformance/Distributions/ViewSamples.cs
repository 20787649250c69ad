using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Distributions;

/// <summary>Recipes of many rows of a two-view plan with one step (and a crop where the step is none).</summary>
internal sealed class ViewSamples
{
    private readonly ViewRecipe[] _recipes;
    private readonly ImageSize _image;

    public ViewSamples(AugmentationStep step, ImageSize image, int rows)
    {
        ViewPlan plan = ViewPlan.Create(seed: 20260101, ["View1", "View2"]);
        if (step is not CropStep)
            plan = plan.Append(new IndependentCrop { OutputSize = image });
        plan = plan.Append(step);
        _image = image;
        _recipes = new ViewRecipe[2 * rows];
        for (int row = 0; row < rows; row++)
            plan.Sample(plan.KeyOf(0, (ulong)row), image, _recipes.AsSpan(2 * row, 2));
    }

    /// <summary>A value of one view, row by row.</summary>
    public double[] Of(int view, Func<ViewRecipe, double> value)
    {
        double[] values = new double[_recipes.Length / 2];
        for (int row = 0; row < values.Length; row++)
            values[row] = value(_recipes[(2 * row) + view]);
        return values;
    }

    /// <summary>A value of both views, for steps whose views are independent.</summary>
    public double[] OfAll(Func<ViewRecipe, double> value) => Array.ConvertAll(_recipes, r => value(r));

    /// <summary>Distance of the centres of the two boxes, in pixels.</summary>
    public double[] CenterDistance() => Pairs((a, b) => double.Hypot(
        b.CropX - a.CropX + ((b.CropWidth - a.CropWidth) / 2.0),
        b.CropY - a.CropY + ((b.CropHeight - a.CropHeight) / 2.0)));

    /// <summary>Distance of the centres as a fraction of the side of a square image, and intersection over union of the boxes.</summary>
    public (double[] Distance, double[] Iou) Geometry() => (
        [.. CenterDistance().Select(d => d / _image.Width)],
        Pairs((a, b) =>
        {
            double width = Math.Min(a.CropX + a.CropWidth, b.CropX + b.CropWidth) - Math.Max(a.CropX, b.CropX);
            double height = Math.Min(a.CropY + a.CropHeight, b.CropY + b.CropHeight) - Math.Max(a.CropY, b.CropY);
            double common = Math.Max(0, width) * Math.Max(0, height);
            return common / (((double)a.CropWidth * a.CropHeight) + ((double)b.CropWidth * b.CropHeight) - common);
        }));

    private double[] Pairs(Func<ViewRecipe, ViewRecipe, double> value)
    {
        double[] values = new double[_recipes.Length / 2];
        for (int row = 0; row < values.Length; row++)
            values[row] = value(_recipes[2 * row], _recipes[(2 * row) + 1]);
        return values;
    }
}
