using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class ViewPlanAnnotationTests
{
    private static readonly MLContext Context = new(seed: 1);

    public static TheoryData<string> StepsThatPassColumnsOn => ["CopyColumns", "Filter", "Take", "TrainTestSplit", "SelectColumns", "Concatenate", "Custom mapping"];

    [Theory]
    [MemberData(nameof(StepsThatPassColumnsOn))]
    public void A_plan_survives(string step)
    {
        IDataView views = Views.Crop().Transform(new RecordedImages(20));
        IDataView data = step switch
        {
            "CopyColumns" => Apply(views, Context.Transforms.CopyColumns("Copy", "View2")),
            "Filter" => Context.Data.FilterRowsByColumn(views, "Value", 3, 9),
            "Take" => Context.Data.TakeRows(views, 5),
            "TrainTestSplit" => Context.Data.TrainTestSplit(views, 0.3).TrainSet,
            "SelectColumns" => Apply(views, Context.Transforms.SelectColumns("View2", "View1", "Image")),
            "Concatenate" => Apply(views, Context.Transforms.Concatenate("Values", "Value")),
            _ => Apply(views, Context.Transforms.CustomMapping<Number, Double>((from, to) => to.Twice = 2 * from.Value, null)),
        };

        Assert.True(ViewPlanAnnotation.TryGet(data.Schema["View2"], out ViewColumnPlan? plan));
        Assert.Equal((1, "View2", 7UL), (plan.View, plan.ViewName, plan.Plan.Seed));
        Assert.Equal("Image", Assert.NotNull(ViewPlanAnnotation.FindSource(data.Schema, plan.Source)).Name);
        if (step == "CopyColumns")
        {
            Assert.True(ViewPlanAnnotation.TryGet(data.Schema["Copy"], out ViewColumnPlan? copy));
            Assert.Same(plan, copy);
        }

        // The plan is not merely there: a step behind these renders the same views with it.
        var expected = Views.Pixels(views, "View2");
        IDataView again = Views.Extend(new NoChange()).Transform(data);
        Assert.All(Views.Pixels(again, "View2"), row => Assert.Equal(expected[row.Key], row.Value));
    }

    [Fact]
    public void A_plan_is_gone_from_a_column_that_holds_other_images()
    {
        IDataView data = Apply(Views.Crop().Transform(new RecordedImages(2)), Context.Transforms.ResizeImages("View1", 20, 20));
        Assert.False(ViewPlanAnnotation.TryGet(data.Schema["View1"], out _));
        Assert.True(ViewPlanAnnotation.TryGet(data.Schema["View2"], out _));
        var error = Assert.Throws<ArgumentException>(() => Views.Extend(new NoChange()).Transform(data));
        Assert.Contains("'View1'", error.Message);
        Assert.Contains("crop step", error.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Views_are_made_from_the_image_that_the_crop_saw_not_from_a_later_one_of_its_name(bool reordered)
    {
        IDataView views = Views.Crop().Transform(new RecordedImages(4));
        var expected = Views.Pixels(views, "View1");
        IDataView data = Apply(views, Context.Transforms.CopyColumns("Original", "Image"));
        data = Apply(data, Context.Transforms.ResizeImages("Image", 16, 16));
        if (reordered)
            data = Apply(data, Context.Transforms.SelectColumns("Image", "View2", "View1", "Original"));
        Assert.Equal(expected, Views.Pixels(Views.Extend(new NoChange()).Transform(data), "View1"));
    }

    [Fact]
    public void A_source_that_is_gone_is_named()
    {
        IDataView views = Views.Crop().Transform(new RecordedImages(4));
        IDataView data = Apply(Apply(views, Context.Transforms.ResizeImages("Image", 16, 16)), Context.Transforms.SelectColumns("Image", "View1", "View2"));
        var error = Assert.Throws<InvalidOperationException>(() => Views.Extend(new NoChange()).Transform(data));
        Assert.Contains("'Image'", error.Message);
        Assert.Contains("Keep that column until after the last augmentation step", error.Message);
    }

    [Fact]
    public void Other_annotations_of_the_image_column_stay()
    {
        var images = new DataViewSchema.Annotations.Builder();
        images.Add<int>("Note", NumberDataViewType.Int32, (ref int value) => value = 42);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Image", new ImageDataViewType(), images.ToAnnotations());
        DataViewSchema output = Views.Crop().GetOutputSchema(schema.ToSchema());
        int note = 0;
        output["Image"].Annotations.GetValue("Note", ref note);
        Assert.Equal(42, note);
    }

    [Fact]
    public void The_epoch_reaches_views_below_stock_steps()
    {
        IDataView data = Apply(Apply(Views.Crop().Transform(new RecordedImages(4)), Context.Transforms.CopyColumns("Copy", "View1")), Context.Transforms.ResizeImages("Resized", 24, 16, "Copy"));
        var first = Views.Pixels(data, "Resized");
        Assert.Equal(first, Views.Pixels(data, "Resized"));
        using (ViewEpoch.Use(3))
        {
            var third = Views.Pixels(data, "Resized");
            Assert.All(first, row => Assert.NotEqual(third[row.Key], row.Value));
            using (ViewEpoch.Use(0))
                Assert.Equal(first, Views.Pixels(data, "Resized"));
            Assert.Equal(third, Views.Pixels(data, "Resized"));
        }

        Assert.Equal(first, Views.Pixels(data, "Resized"));
    }

    private static IDataView Apply<T>(IDataView data, IEstimator<T> estimator)
        where T : class, ITransformer =>
        estimator.Fit(data).Transform(data);

    private sealed class Number
    {
        public float Value { get; set; }
    }

    private sealed class Double
    {
        public float Twice { get; set; }
    }
}
