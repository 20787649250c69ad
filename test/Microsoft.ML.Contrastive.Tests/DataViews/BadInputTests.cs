using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

public sealed class BadInputTests : IDisposable
{
    private readonly ImageFiles _files = new();
    private readonly MLContext _context = new(seed: 1);

    private TransformsCatalog Transforms => _context.Transforms;

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Names_must_be_there_and_differ()
    {
        Says("at least one", () => Transforms.RandomResizedCrop([], "Image"));
        Says("must not be empty", () => Transforms.RandomResizedCrop(["View1", " "], "Image"));
        Says("'View1' is named 2 times", () => Transforms.JointCrop(["View1", "View1"], "Image"));
        Says("name of the image column", () => Transforms.JointCrop(["View1", "View2"], ""));
        Says("at least one", () => Transforms.ColorJitter([]));
        Says("'View2' is named 2 times", () => Transforms.ColorJitter(["View2", "View2"]));
        Assert.Throws<ArgumentNullException>(() => Transforms.JointCrop(null!, "Image"));
        Assert.Throws<ArgumentNullException>(() => Transforms.ColorJitter(new ColorJitterEstimator.Options { Step = null! }));
    }

    [Fact]
    public void A_joint_step_needs_two_views()
    {
        Says("at least 2", () => Transforms.JointCrop(["View1"], "Image"));
        Says("at least 2", () => Transforms.JointBlur(["View1"]));
    }

    [Fact]
    public void Values_out_of_range_are_named()
    {
        Says("Scale", () => Transforms.JointCrop(["View1", "View2"], "Image", minScale: -0.1));
        Says("Scale", () => Transforms.RandomResizedCrop(["View1"], "Image", minScale: 0.9, maxScale: 0.2));
        Says("Beta", () => Transforms.JointCrop(["View1", "View2"], "Image", beta: double.NaN));
        Says("OutputSize", () => Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 0));
        Says("Hue", () => Transforms.ColorJitter(["View1"], hue: 0.6));
        Says("Probability", () => Transforms.RandomHorizontalFlip(["View1"], probability: 1.5));
        Says("SigmaRange", () => Transforms.GaussianBlur(["View1"], minSigma: 2, maxSigma: 1));
    }

    [Fact]
    public void A_missing_column_is_named_with_those_that_are_there()
    {
        IDataView data = new RecordedImages(1);
        Says("There is no column 'Picture'. The columns here are Name, Value, Image", () => Transforms.RandomResizedCrop(["View1"], "Picture").Fit(data));
        Says("There is no column 'View1'", () => Transforms.ColorJitter(["View1"]).Fit(data));
    }

    [Fact]
    public void A_column_of_another_type_is_named_with_what_is_expected()
    {
        IDataView data = new RecordedImages(1);
        Says("The column 'Name': expected an image", () => Transforms.RandomResizedCrop(["View1"], "Name").Fit(data));
        Says("got String", () => Transforms.RandomResizedCrop(["View1"], "Name").Fit(data));
        Says("The column 'Image': expected a view", () => Transforms.ColorJitter(["Image"]).Fit(data));
        Says("a crop step", () => Transforms.ColorJitter(["Image"]).Fit(data));
    }

    [Fact]
    public void Steps_in_an_order_that_the_renderer_does_not_have_are_refused()
    {
        var chain = Transforms.RandomResizedCrop(["View1"], "Image", 8).Append(Transforms.GaussianBlur(["View1"]));
        Says("Color", () => chain.Append(Transforms.ColorJitter(["View1"])).Fit(new RecordedImages(1)));
        Says("at most one", () => chain.Append(Transforms.GaussianBlur(["View1"])).Fit(new RecordedImages(1)));
    }

    [Fact]
    public void A_joint_step_with_a_probability_for_each_view_refuses_views_in_another_order()
    {
        var options = new JointBlurEstimator.Options { ViewColumnNames = ["View2", "View1"], Step = new JointBlur { Probability = [1.0, 0.1] } };
        var chain = Transforms.RandomResizedCrop(["View1", "View2"], "Image", 8).Append(Transforms.JointBlur(options));
        Says("View1, View2", () => chain.Fit(new RecordedImages(1)));
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_named_when_its_row_is_read()
    {
        IDataView data = Views.Crop().Transform(new RecordedImages(5, broken: 2));
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema["View1"]]);
        ValueGetter<MLImage> getter = cursor.GetGetter<MLImage>(data.Schema["View1"]);
        MLImage image = null!;
        List<string> errors = [];
        while (cursor.MoveNext())
        {
            try
            {
                getter(ref image);
            }
            catch (InvalidOperationException e)
            {
                errors.Add(e.Message);
            }
        }

        image.Dispose();

        // The rows behind it can still be read.
        string error = Assert.Single(errors);
        Assert.Contains("'Image'", error);
        Assert.Contains("row 2", error);
        Assert.Contains("picture2.jpg", error);
        Assert.Contains("not an image", error);
    }

    [Theory]
    [InlineData("corrupt.jpg")]
    [InlineData("missing.jpg")]
    [InlineData("")]
    public void A_file_that_LoadImages_cannot_read_is_named(string name)
    {
        _files.AddFile("corrupt.jpg", "this is no JPEG");
        string path = name.Length > 0 ? Path.Combine(_files.Root, name) : "";
        IDataView paths = _context.Data.LoadFromEnumerable([new { ImagePath = path, Label = "cat" }]);
        var chain = Transforms.LoadImages("Image", null, "ImagePath").Append(Transforms.JointCrop(["View1", "View2"], "Image", 8)).Append(Transforms.JointBlur(["View1", "View2"]));
        IDataView data = chain.Fit(paths).Transform(paths);
        var error = Assert.Throws<InvalidOperationException>(() => Views.Pixels(data, "View2"));
        Assert.Contains("'Image'", error.Message);
        Assert.Contains(name.Length > 0 ? path : "Label 'cat'", error.Message);
    }

    private static void Says(string expected, Func<object> act) =>
        Assert.Contains(expected, Assert.ThrowsAny<ArgumentException>(act).Message);
}
