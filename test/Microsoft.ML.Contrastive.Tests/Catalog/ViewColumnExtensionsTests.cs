using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Tests.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.Catalog;

public sealed class ViewColumnExtensionsTests
{
    [Fact]
    public void A_view_can_be_made_again_from_the_columns_plan()
    {
        var mlContext = new MLContext(seed: 5);
        IDataView images = new RecordedImages(3);
        IDataView views = mlContext.Transforms.JointCrop(["View1", "View2"], "Image", imageSize: 12)
            .Append(mlContext.Transforms.RandomHorizontalFlip(["View1", "View2"])).Fit(images).Transform(images);
        ViewPlan plan = views.Schema["View2"].GetViewPlan();
        var recipes = new ViewRecipe[2];
        var renderer = new ViewRenderer();

        using DataViewRowCursor cursor = views.GetRowCursor(views.Schema);
        ValueGetter<DataViewRowId> getId = cursor.GetIdGetter();
        ValueGetter<MLImage> getImage = cursor.GetGetter<MLImage>(views.Schema["Image"]), getView = cursor.GetGetter<MLImage>(views.Schema["View2"]);
        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            DataViewRowId id = default;
            MLImage image = null!, view = null!;
            getId(ref id);
            getImage(ref image);
            getView(ref view);
            plan.Sample(plan.KeyOf(epoch: 0, id.Low, id.High), new ImageSize(image.Width, image.Height), recipes);
            byte[] source = Rgb(image), again = new byte[12 * 12 * 3];
            renderer.Render(new RgbImage(source, image.Width, image.Height), recipes[1], again);
            Assert.Equal(Rgb(view), again);
        }

        Assert.Equal(3, rows);
    }

    [Fact]
    public void A_column_that_is_no_view_is_named()
    {
        var error = Assert.Throws<ArgumentException>(() => new RecordedImages(1).Schema["Image"].GetViewPlan());
        Assert.Contains("'Image' is not a view", error.Message);
    }

    private static byte[] Rgb(MLImage image)
    {
        byte[] rgb = new byte[MLImagePixels.PackedLength(image)];
        MLImagePixels.CopyTo(image, rgb);
        return rgb;
    }
}
