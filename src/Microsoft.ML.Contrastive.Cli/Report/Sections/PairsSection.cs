using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>Positive pairs: what the method is told to find alike.</summary>
internal static class PairsSection
{
    private const string Id = "pairs", Title = "Positive pairs";

    private const int ShownImages = 12;

    public static ReportSection Create(ReportRun run, ReportEvidence evidence, MLContext mlContext)
    {
        (var settings, ContrastivePreset preset) = run.Settings;
        int[] rows = evidence.Images.Choice.Rows;
        int[] shown = [.. EvenSample.Of(rows.Length, ShownImages).Select(place => rows[place])];
        IDataView images = evidence.Dataset.RowsAt(shown);
        EstimatorChain<ITransformer> views = new EstimatorChain<ITransformer>()
            .AppendViews(mlContext.Transforms, preset.Steps, preset.ViewNames, DatasetView.ImageColumnName, settings.Seed);
        string folder = Directory.CreateTempSubdirectory("mlnet-contrastive-").FullName;
        try
        {
            string sheet = Path.Combine(folder, "pairs.png");
            mlContext.Contrastive().SaveContactSheet(sheet, views.Fit(images).Transform(images), new ContactSheetOptions { Rows = shown.Length });
            using SKImage picture = SKImage.FromEncodedData(sheet);
            return new ReportSection(Id, Title, new { Source = Thumbnails.DataUri(picture), picture.Width, picture.Height, Views = preset.Views.Count, Images = shown.Length });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
