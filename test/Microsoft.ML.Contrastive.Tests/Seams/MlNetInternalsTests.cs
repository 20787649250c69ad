using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public class MlNetInternalsTests
{
    [Fact]
    public void A_column_shape_carries_what_it_was_given()
    {
        SchemaShape.Column slotNames = MlNetInternals.Column("SlotNames", SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance);
        SchemaShape.Column column = MlNetInternals.Column(
            "Features", SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, new SchemaShape([slotNames]));

        Assert.Equal("Features", column.Name);
        Assert.Equal(SchemaShape.Column.VectorKind.Vector, column.Kind);
        Assert.Equal(NumberDataViewType.Single, column.ItemType);
        Assert.False(column.IsKey);
        Assert.Equal(["SlotNames"], column.Annotations.Select(a => a.Name));
    }

    [Fact]
    public void A_column_shape_without_annotations_fits_a_stock_trainer()
    {
        var context = new MLContext();
        var input = new SchemaShape([
            MlNetInternals.Column("Features", SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single),
            MlNetInternals.Column("Label", SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true)]);

        SchemaShape output = context.MulticlassClassification.Trainers.LbfgsMaximumEntropy().GetOutputSchema(input);

        Assert.Contains(output, c => c.Name == "PredictedLabel");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(null)]
    public void The_seed_of_a_context_can_be_read_back(int? seed)
    {
        var context = new MLContext(seed);
        Assert.Equal(seed, MlNetInternals.Seed(context));
        Assert.Equal(seed, MlNetInternals.Seed(MlNetInternals.Environment(context.Transforms)));
        Assert.Equal(seed, MlNetInternals.Seed(MlNetInternals.Environment(context.Transforms).Register("Test")));
    }

    [Fact]
    public void What_a_context_was_told_about_the_GPU_can_be_read_back_from_its_catalogs()
    {
        IHostEnvironment untold = MlNetInternals.Environment(new MLContext().Transforms);
        Assert.Null(MlNetInternals.GpuDeviceId(untold));
        Assert.False(MlNetInternals.FallbackToCpu(untold));

        IHostEnvironment told = MlNetInternals.Environment(new MLContext { GpuDeviceId = 3, FallbackToCpu = true }.Transforms);
        Assert.Equal(3, MlNetInternals.GpuDeviceId(told));
        Assert.True(MlNetInternals.FallbackToCpu(told));
    }

    [Fact]
    public void The_environment_of_a_transforms_catalog_logs_to_its_context()
    {
        var context = new MLContext();
        var messages = new List<string>();
        context.Log += (_, e) => messages.Add(e.RawMessage);

        IHost host = MlNetInternals.Environment(context.Transforms).Register("Test");
        using (IChannel channel = host.Start("Test"))
            channel.Info(MessageSensitivity.None, "from the catalog");

        Assert.Contains("from the catalog", messages);
    }

    [Fact]
    public void A_linear_classifier_has_the_weights_that_it_was_given()
    {
        var model = MlNetInternals.LinearClassifier(new MLContext(), [new(2, [1, 2]), new(2, [3, 4]), new(2, [5, 6])], [7, 8, 9], ["a", "b", "c"]);

        VBuffer<float>[] weights = [];
        model.GetWeights(ref weights, out int classes);
        Assert.Equal(3, classes);
        Assert.Equal([1f, 2, 3, 4, 5, 6], weights.SelectMany(w => w.DenseValues()));
        Assert.Equal([7f, 8, 9], model.GetBiases());
    }
}
