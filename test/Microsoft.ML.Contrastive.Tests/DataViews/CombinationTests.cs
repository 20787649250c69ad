using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

/// <summary>The combinations of the JointCrop paper as users type them: multi-crop with the law, and one joint step or the other by one coin a row.</summary>
public sealed class CombinationTests : IDisposable
{
    private static readonly string[] Global = ["Global1", "Global2"], Local = ["Local1", "Local2", "Local3", "Local4"];

    private readonly ImageFolder _folder = new(classes: 2, perClass: 8);
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(JointOver.None, false, false)]
    [InlineData(JointOver.Global, true, false)]
    [InlineData(JointOver.Local, false, true)]
    [InlineData(JointOver.Both, true, true)]
    public void Multi_crop_makes_columns_of_two_sizes_and_relates_the_areas_it_is_told_to(JointOver over, bool global, bool local)
    {
        IDataView data = Apply(_context.Transforms.MultiCrop(Global, Local, "Image", globalSize: 32, localSize: 16, jointOver: over, splitScale: 0.14));
        Assert.Equal([(32, 32), (32, 32), (16, 16), (16, 16), (16, 16), (16, 16)], Global.Concat(Local).Select(c => Size(data.Schema[c])));
        Assert.Equal(0.14 / 0.05, Range(data, "Local1"), 0.02);
        AssertRelated(data, Global, global, 1 / 0.14);
        AssertRelated(data, Local, local, 0.14 / 0.05);
    }

    [Fact]
    public void Multi_crop_shape_of_the_output_is_known_before_there_is_data()
    {
        IDataView rows = _folder.Rows(_context);
        MultiCropEstimator crops = _context.Transforms.MultiCrop(Global, Local, "Image", jointOver: JointOver.Global);
        IEstimator<ITransformer> pipeline = _context.Transforms.LoadImages("Image", null, "ImagePath").Append(crops).Append(_context.Transforms.JointBlur([.. Global, .. Local]));
        SchemaShape shape = pipeline.GetOutputSchema(new SchemaShape(rows.Schema.Select(c => Contrastive.Seams.MlNetInternals.Column(c.Name, SchemaShape.Column.VectorKind.Scalar, c.Type))));
        Assert.All(Global.Concat(Local), name => Assert.Contains(shape, c => c.Name == name));
    }

    [Fact]
    public void Multi_crop_refuses_columns_that_do_not_do()
    {
        Assert.Contains("'A' is both", Assert.Throws<ArgumentException>(() => _context.Transforms.MultiCrop(["A", "B"], ["A"], "Image")).Message, StringComparison.Ordinal);
        Assert.Contains("at least one view", Assert.Throws<ArgumentException>(() => _context.Transforms.MultiCrop(Global, [], "Image")).Message, StringComparison.Ordinal);
        Assert.Contains("at least 2 view", Assert.Throws<ArgumentException>(() => _context.Transforms.MultiCrop(Global, ["L"], "Image", jointOver: JointOver.Local)).Message, StringComparison.Ordinal);
        Assert.Contains("Scale", Assert.Throws<ArgumentOutOfRangeException>(() => _context.Transforms.MultiCrop(Global, Local, "Image", minLocalScale: 0.5)).Message, StringComparison.Ordinal);
        Assert.Contains("even number", Assert.Throws<ArgumentException>(() => _context.Transforms.MultiCrop(new MultiCropEstimator.Options
        {
            LocalColumnNames = ["L1", "L2", "L3"],
            JointOver = JointOver.Local,
            Pairing = ViewPairing.DisjointPairs,
        })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JointOver.Global)]
    [InlineData(JointOver.Local)]
    public void Dino_trains_on_multi_crop_views_and_its_loss_falls(JointOver over)
    {
        string[] views = [.. Global, .. Local];
        var losses = new List<double>();
        var pipeline = _context.Transforms.LoadImages("Image", null, "ImagePath")
            .Append(_context.Transforms.MultiCrop(Global, Local, "Image", globalSize: 24, localSize: 16, jointOver: over, beta: 0, minLocalScale: 0.1))
            .Append(_context.Transforms.RandomHorizontalFlip(views))
            .Append(_context.Transforms.ColorJitter(views))
            .Append(_context.Contrastive().Trainers.ContrastivePretrain(new ContrastivePretrainTrainer.Options
            {
                ViewColumnNames = views,
                Method = new Dino { Prototypes = 32, HiddenDimension = 32, BottleneckDimension = 16, Momentum = 0.9 },
                Backbone = Backbone.Parse("resnet10-cifar-w0.125"),
                Epochs = 6,
                BatchSize = 8,
                MetricsCallback = m => losses.Add(m.Loss),
            }));
        using ContrastiveEncoderTransformer encoder = pipeline.Fit(_context.Contrastive().LoadImagesFromFolder(_folder.Path)).LastTransformer;
        Assert.All(losses, loss => Assert.InRange(loss, 0, 2 * Math.Log(32)));
        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
    }

    /// <summary>The paper's "JointCrop or JointBlur, each with probability 0.5", typed on the pipeline and as a preset's two properties.</summary>
    [Fact]
    public void One_coin_a_row_gives_joint_crop_with_the_baselines_blur_or_the_baselines_crop_with_joint_blur()
    {
        var baseline = new RandomResizedCrop { OutputSize = new ImageSize(24, 24) };
        IDataView data = Apply(_context.Transforms.CropViews(Views.Two, "Image", new EitherCrop
        {
            OutputSize = baseline.OutputSize,
            Heads = JointCrop.InPlaceOf(baseline) with { Law = new FixedRatioLaw(3) },
            Tails = baseline,
        }).Append(_context.Transforms.RandomHorizontalFlip(Views.Two)).Append(_context.Transforms.AugmentViews(Views.Two, new EitherBlur
        {
            Heads = new GaussianBlur { Probability = 1 },
            Tails = new JointBlur { Probability = 1, Law = new FixedRatioLaw(7) },
        })));

        ViewRecipe[][] rows = Draw(data, Views.Two, 2000);
        bool[] crop = [.. rows.Select(r => Math.Abs(Math.Abs(Math.Log(r[0].Scale / r[1].Scale)) - Math.Log(3)) < 1e-5)];
        bool[] blur = [.. rows.Select(r => Math.Abs(Math.Abs(Math.Log(r[0].BlurSigma / r[1].BlurSigma)) - Math.Log(7)) < 1e-5)];
        Assert.All(crop.Zip(blur), row => Assert.True(row.First != row.Second));
        Assert.InRange(crop.Count(c => c), 930, 1070);
        Assert.Equal(16, Views.Pixels(data, "View1").Count);
    }

    private static (int, int) Size(DataViewSchema.Column column) => (((ImageDataViewType)column.Type).Width, ((ImageDataViewType)column.Type).Height);

    private static double Range(IDataView data, string view) =>
        Draw(data, [view], 3000).Select(r => r[0].Scale).ToArray() is var scales ? scales.Max() / scales.Min() : 0;

    private static void AssertRelated(IDataView data, string[] views, bool joint, double ratio)
    {
        ViewRecipe[][] rows = Draw(data, views, 3000);
        for (int k = 1; k < views.Length; k++)
        {
            double distance = Tests.Augmentation.Kolmogorov.Distance(
                [.. rows.Select(r => Math.Log((double)r[k].Scale / r[0].Scale))], u => Math.Clamp(0.5 + (0.5 * u / Math.Log(ratio)), 0, 1));
            Assert.True(joint == (distance < 2.2 / Math.Sqrt(rows.Length)), $"{views[k]}: distance {distance} from the uniform law");
        }
    }

    private static ViewRecipe[][] Draw(IDataView data, string[] views, int rows)
    {
        ViewPlan plan = data.Schema[views[0]].GetViewPlan();
        int[] places = [.. views.Select(v => plan.ViewNames.IndexOf(v))];
        var recipes = new ViewRecipe[plan.ViewNames.Length];
        return [.. Enumerable.Range(0, rows).Select(row =>
        {
            plan.Sample(plan.KeyOf(0, (ulong)row), new ImageSize(512, 512), recipes);
            return places.Select(p => recipes[p]).ToArray();
        })];
    }

    private IDataView Apply<T>(IEstimator<T> estimator)
        where T : class, ITransformer
    {
        IDataView rows = _folder.Rows(_context);
        IDataView images = _context.Transforms.LoadImages("Image", null, "ImagePath").Fit(rows).Transform(rows);
        return estimator.Fit(images).Transform(images);
    }
}
