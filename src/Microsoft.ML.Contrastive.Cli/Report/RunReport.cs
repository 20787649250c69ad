using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Report.Sections;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>From the folder of a run to its <c>report.html</c>.</summary>
internal static class RunReport
{
    /// <summary>
    /// Writes the report at the end of a run, unless the run is to have none. The run is whole without it, and it can be written later: whatever goes wrong is told and no more.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    public static bool TryWrite(VerbContext context, RunFolder folder, RunSettings settings, Dataset dataset, TrainingDisplay display)
    {
        if (!settings.Report)
            return false;
        try
        {
            Write(context, folder, DeviceChoice.Parse(settings.Device), dataset, noDataset: null, display.Note);
            return true;
        }
        catch (Exception error)
        {
            display.Note($"The report was not written: {FailureLine.Message(error)} The encoder is; '{Program.Name} report {folder.Path}' writes the report.");
            return false;
        }
    }

    /// <summary>Writes the report: the file is the old one or the new one, whatever happens.</summary>
    /// <param name="context">What was typed.</param>
    /// <param name="folder">The run.</param>
    /// <param name="device">Where encoders run.</param>
    /// <param name="dataset">Its images; null when they are not there any more.</param>
    /// <param name="noDataset">Why not.</param>
    /// <param name="announce">Is told what takes long.</param>
    public static void Write(VerbContext context, RunFolder folder, DeviceChoice device, Dataset? dataset, string? noDataset, Action<string> announce)
    {
        ReportRun run = ReportRun.Read(folder);
        MLContext mlContext = context.CreateMLContext(run.Settings.Run.Seed, announce);
        ReportEvidence? evidence = null;
        ReportEvaluation? evaluation = null;
        if (dataset is not null)
        {
            device.ApplyTo(mlContext);
            using SavedEncoder? encoder = SavedEncoder.OfRun(context, folder, device, dataset.Rows);
            evidence = ReportEvidence.Gather(run, dataset, encoder?.Transformer, mlContext, announce, context.Cancellation);
            evaluation = ReportEvaluation.Of(evidence, context.Cancellation);
        }

        ReportSection[] sections =
        [
            RunSection.Create(run),
            CurvesSection.Create(run),
            .. evidence is null
                ? [ReportSection.Without("images", "The images", noDataset ?? "")]
                : (ReportSection[])
                [
                    EvaluationSection.Create(evidence, evaluation),
                    ConfusionSection.Create(evidence, evaluation),
                    MapSection.Create(evidence, context.Cancellation),
                    NeighboursSection.Create(evidence, context.Cancellation),
                    PairsSection.Create(run, evidence, mlContext),
                ],
            LawSection.Create(run, evidence?.Images.MedianSize),
            ThroughputSection.Create(run),
        ];
        RunFolder.Write(folder.Report, ReportPage.Render(run, evaluation, sections));
    }
}
