using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>Plans over views "View1", "View2", … and their recipes row by row.</summary>
internal static class Plans
{
    public static readonly ImageSize Output = new(96, 96);

    public static ViewPlan Of(int views, params AugmentationStep[] steps) =>
        steps.Aggregate(ViewPlan.Create(seed: 7, [.. Enumerable.Range(1, views).Select(k => $"View{k}")]), (plan, step) => plan.Append(step));

    public static ViewRecipe[][] Draw(this ViewPlan plan, ImageSize image, int rows)
    {
        var recipes = new ViewRecipe[rows][];
        for (int row = 0; row < rows; row++)
        {
            recipes[row] = new ViewRecipe[plan.ViewNames.Length];
            plan.Sample(plan.KeyOf(0, (ulong)row), image, recipes[row]);
        }

        return recipes;
    }
}
