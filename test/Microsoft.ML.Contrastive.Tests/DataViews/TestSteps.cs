using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

/// <summary>A crop of half the image's width and height, at a place that depends on all random numbers of the row.</summary>
internal sealed record ShiftedCrop : CropStep
{
    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        double joint = context.Shared(targets).NextDouble();
        foreach (int target in targets)
        {
            RandomSequence random = context.View(target);
            views[target] = new ViewRecipe
            {
                CropX = (int)(random.NextDouble() * context.Image.Width / 2),
                CropY = (int)(joint * context.Image.Height / 2),
                CropWidth = context.Image.Width / 2,
                CropHeight = context.Image.Height / 2,
                OutputWidth = (short)OutputSize.Width,
                OutputHeight = (short)OutputSize.Height,
            };
        }
    }
}

/// <summary>Mirrors every view.</summary>
internal sealed record AlwaysFlip : AugmentationStep
{
    public override RecipeStage Stage => RecipeStage.Flip;

    public override string RandomName => "flip";

    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
        foreach (int target in targets)
            views[target].Flip = true;
    }
}

/// <summary>Leaves the views as they are: what is rendered with it must equal what is rendered without.</summary>
internal sealed record NoChange : AugmentationStep
{
    public override RecipeStage Stage => RecipeStage.Flip;

    public override string RandomName => "nothing";

    public override void Sample(in StepContext context, Span<ViewRecipe> views, ReadOnlySpan<int> targets)
    {
    }
}
