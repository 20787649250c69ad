using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class ViewPlanMergeTests
{
    private static readonly MLContext Context = new(seed: 1);

    [Fact]
    public void Views_whose_plans_were_extended_apart_keep_their_pixels_in_the_common_plan()
    {
        IDataView data = Views.Crop(["A", "B", "C"]).Transform(new RecordedImages(8));
        data = Views.Extend(new AlwaysFlip(), "A").Transform(data);
        data = Views.Extend(new GaussianBlur { Probability = 1 }, "C").Transform(data);
        data = Views.Extend(new JointBlur { Probability = 1 }, "A", "B").Transform(data);
        data = Views.Extend(new Solarize { Probability = 1 }, "C").Transform(data);

        Assert.True(ViewPlanMerge.TryFind(data.Schema, ["C", "A", "B"], out ViewPlan? plan, out int[] views, out DataViewSchema.Column image, out string obstacle), obstacle);
        Assert.Equal("Image", image.Name);
        Assert.Equal(["C", "A", "B"], views.Select(v => plan.ViewNames[v]));
        AssertSameRecipes(data, ["C", "A", "B"], plan, views);
    }

    [Fact]
    public void Two_crops_of_one_image_make_one_plan()
    {
        IDataView data = Views.Crop(["Global1", "Global2"]).Transform(new RecordedImages(8));
        data = Views.Crop(["Local1", "Local2", "Local3"]).Transform(data);
        data = Views.Extend(new AlwaysFlip(), "Local2", "Global1").Transform(data);
        string[] names = ["Global1", "Global2", "Local1", "Local2", "Local3"];
        Assert.True(ViewPlanMerge.TryFind(data.Schema, names, out ViewPlan? plan, out int[] views, out _, out string obstacle), obstacle);
        AssertSameRecipes(data, names, plan, views);
    }

    [Fact]
    public void A_view_can_be_extended_alone_after_a_step_that_two_crops_share()
    {
        IDataView data = Views.Crop(["Global1", "Global2"]).Transform(new RecordedImages(8));
        data = Views.Crop(["Local1", "Local2"]).Transform(data);
        data = Views.Extend(new AlwaysFlip(), "Global1", "Global2", "Local1", "Local2").Transform(data);
        data = Views.Extend(new Solarize { Probability = 1 }, "Global2").Transform(data);
        string[] names = ["Global1", "Global2", "Local1", "Local2"];
        Assert.True(ViewPlanMerge.TryFind(data.Schema, names, out ViewPlan? plan, out int[] views, out _, out string obstacle), obstacle);
        AssertSameRecipes(data, names, plan, views);
    }

    [Fact]
    public void Some_of_the_views_keep_what_they_were_drawn_with_the_others()
    {
        IDataView data = Views.Crop(["A", "B", "C"]).Transform(new RecordedImages(8));
        data = Views.Extend(new JointBlur { Probability = 1 }, "A", "B", "C").Transform(data);
        Assert.True(ViewPlanMerge.TryFind(data.Schema, ["C", "B"], out ViewPlan? plan, out int[] views, out _, out string obstacle), obstacle);
        AssertSameRecipes(data, ["C", "B"], plan, views);
    }

    [Fact]
    public void Views_of_different_images_or_seeds_have_no_common_plan()
    {
        IDataView data = Context.Transforms.ResizeImages("Other", 20, 20, "Image").Fit(new RecordedImages(2)).Transform(new RecordedImages(2));
        data = Views.Crop(["A"], "Image").Transform(data);
        data = Views.Crop(["B"], "Other").Transform(data);
        data = Views.Crop(["C"], "Image", seed: 8).Transform(data);
        var images = Assert.Throws<ArgumentException>(() => Views.Extend(new AlwaysFlip(), "A", "B").Transform(data));
        Assert.Contains("'A' is made from the column 'Image' and 'B' from another column, 'Other'", images.Message);
        var seeds = Assert.Throws<ArgumentException>(() => Views.Extend(new AlwaysFlip(), "A", "C").Transform(data));
        Assert.Contains("seed 7", seeds.Message);
        Assert.Contains("seed 8", seeds.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Copies_of_a_view_that_went_different_ways_have_no_common_plan(bool joint)
    {
        IDataView data = Views.Crop().Transform(new RecordedImages(2));
        data = Context.Transforms.CopyColumns("Copy", "View1").Fit(data).Transform(data);
        data = joint
            ? Views.Extend(new JointBlur { Probability = 1 }).Transform(data)
            : Views.Extend(new GaussianBlur { Probability = 1 }, "Copy").Transform(Views.Extend(new GaussianBlur(), "View1").Transform(data));
        Assert.False(ViewPlanMerge.TryFind(data.Schema, joint ? ["Copy", "View2"] : ["Copy", "View1"], out _, out _, out _, out string obstacle));
        Assert.NotEqual("", obstacle);
        Assert.Throws<ArgumentException>(() => Views.Extend(new AlwaysFlip(), joint ? ["Copy", "View2"] : ["Copy", "View1"]).Transform(data));
    }

    [Fact]
    public void A_column_that_is_no_view_is_named()
    {
        Assert.False(ViewPlanMerge.TryFind(new RecordedImages(1).Schema, ["Image"], out _, out _, out _, out string obstacle));
        Assert.Contains("'Image'", obstacle);
    }

    /// <summary>The merged plan draws for each column what the column's own plan draws.</summary>
    private static void AssertSameRecipes(IDataView data, string[] columns, ViewPlan plan, int[] views)
    {
        var merged = new ViewRecipe[plan.ViewNames.Length];
        for (ulong row = 0; row < 20; row++)
        {
            plan.Sample(plan.KeyOf(2, row), new ImageSize(50, 40), merged);
            for (int i = 0; i < columns.Length; i++)
            {
                Assert.True(ViewPlanAnnotation.TryGet(data.Schema[columns[i]], out ViewColumnPlan? own));
                var recipes = new ViewRecipe[own.Plan.ViewNames.Length];
                own.Plan.Sample(own.Plan.KeyOf(2, row), new ImageSize(50, 40), recipes);
                Assert.Equal(recipes[own.View], merged[views[i]]);
            }
        }
    }
}
