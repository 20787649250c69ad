using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Augmentation;

/// <summary>Recipes depend on seed, epoch, row and view, and on nothing else.</summary>
public sealed class ViewPlanTests
{
    private const string PinnedRecipe = "22 0 154 143 0.73532 True 5 0.64309 0.08143 0.12014";

    private static readonly ImageSize Image = new(200, 150);

    private static ViewPlan Plan(params string[] views) => ViewPlan.Create(seed: 42, views)
        .Append(new JointCrop { OutputSize = Plans.Output })
        .Append(new HorizontalFlip())
        .Append(new ColorJitter())
        .Append(new RandomGrayscale())
        .Append(new JointBlur())
        .Append(new Solarize());

    [Fact]
    public void Recipes_do_not_depend_on_the_order_of_rows_or_on_threads()
    {
        ViewPlan plan = Plan("View1", "View2");
        ViewRecipe[][] forward = plan.Draw(Image, 1_000), parallel = new ViewRecipe[1_000][];
        Parallel.For(0, 1_000, i =>
        {
            int row = 999 - i;
            parallel[row] = new ViewRecipe[2];
            Plan("View1", "View2").Sample(plan.KeyOf(0, (ulong)row), Image, parallel[row]);
        });

        Assert.Equal(forward, parallel);
    }

    [Fact]
    public void Seed_epoch_row_and_view_each_change_the_recipe()
    {
        ViewPlan plan = Plan("View1", "View2");
        ViewRecipe First(RowKey key)
        {
            var views = new ViewRecipe[2];
            plan.Sample(key, Image, views);
            Assert.NotEqual(views[0], views[1]);
            return views[0];
        }

        ViewRecipe[] recipes = [.. new RowKey[] { new(1, 0, 0, 0), new(2, 0, 0, 0), new(1, 1, 0, 0), new(1, 0, 1, 0), new(1, 0, 0, 1) }.Select(First)];
        Assert.Equal(5, recipes.Distinct().Count());
        Assert.Equal(recipes[0], First(new RowKey(1, 0, 0, 0)));
    }

    [Fact]
    public void Recipes_are_the_same_in_every_release()
    {
        // Pinned: whoever changes what a seed means breaks the resuming of everybody's runs.
        ViewRecipe view = Plan("View1", "View2").Draw(Image, 100).Select(r => r[1]).First(v => v.Flip && v.HasColor && v.BlurSigma > 0);
        Assert.Equal(PinnedRecipe, FormattableString.Invariant(
            $"{view.CropX} {view.CropY} {view.CropWidth} {view.CropHeight} {view.Scale:F5} {view.Flip} {view.ColorOrder} {view.Brightness:F5} {view.Hue:F5} {view.BlurSigma:F5}"));
    }

    [Fact]
    public void Steps_apply_to_the_views_they_name()
    {
        ViewPlan plan = ViewPlan.Create(1, ["A", "B"])
            .Append(new IndependentCrop { OutputSize = new(64, 64) }, ["B"])
            .Append(new IndependentCrop { OutputSize = new(96, 96) }, ["A"])
            .Append(new Solarize { Probability = 1 }, ["B"]);
        ViewRecipe[] views = plan.Draw(Image, 1)[0];

        Assert.Equal((96, 64), (views[0].OutputWidth, views[1].OutputWidth));
        Assert.Equal((false, true), (views[0].Solarize, views[1].Solarize));
        Assert.Contains("Solarize", plan.ToString(), StringComparison.Ordinal);
        Assert.Contains("for B", plan.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Flip_may_stand_anywhere_after_the_crop_and_draws_the_same()
    {
        var crop = new IndependentCrop { OutputSize = Plans.Output };
        Assert.Equal(
            Plans.Of(2, crop, new HorizontalFlip(), new RandomGrayscale()).Draw(Image, 50),
            Plans.Of(2, crop, new RandomGrayscale(), new HorizontalFlip()).Draw(Image, 50));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        var crop = new IndependentCrop { OutputSize = Plans.Output };
        Says("first step must be a crop", () => Plans.Of(2, new HorizontalFlip()));
        Says("already has a step for Crop", () => Plans.Of(2, crop, crop));
        Says("applies Color first", () => Plans.Of(2, crop, new GaussianBlur(), new ColorJitter()));
        Says("no view 'C'", () => ViewPlan.Create(1, ["A"]).Append(crop, ["C"]));
        Says("'A' is named 2 times", () => ViewPlan.Create(1, ["A", "A"]));
        Says("at least one view", () => ViewPlan.Create(1, []));
        Says("room for 1", () => Plans.Of(2, crop).Sample(default, Image, new ViewRecipe[1]));
        Assert.Throws<InvalidOperationException>(() => ViewPlan.Create(1, ["A"]).OutputSize(0));
    }

    private static void Says(string text, Action action) =>
        Assert.Contains(text, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
