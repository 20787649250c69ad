using System.Globalization;

namespace Microsoft.ML.Contrastive.Cli.Report.Sections;

/// <summary>Which classes the linear classifier takes for which.</summary>
internal static class ConfusionSection
{
    private const string Id = "confusion", Title = "Confusion matrix";

    /// <summary>More classes than these are no table that can be read: then their most frequent confusions are listed.</summary>
    private const int MostColumns = 30;

    private const int ListedConfusions = 15;

    public static ReportSection Create(ReportEvidence evidence, ReportEvaluation? evaluation)
    {
        if (evaluation is null)
            return ReportSection.Without(Id, Title, evidence.Images.Choice.NotAsked ?? evidence.NoFeatures ?? "No labelled image could be decoded.");
        int classes = evaluation.Classes.Count;
        int[,] counts = new int[classes, classes];
        foreach ((int label, int predicted) in evaluation.Labels.Zip(evaluation.Trained.Predicted))
            counts[label, predicted]++;
        int[] totals = [.. Enumerable.Range(0, classes).Select(row => Enumerable.Range(0, classes).Sum(column => counts[row, column]))];
        string Share(int row, int column) => ((double)counts[row, column] / Math.Max(1, totals[row])).ToString("0.###", CultureInfo.InvariantCulture);

        int[] shown = [.. Enumerable.Range(0, classes).Where(row => totals[row] > 0)];
        var pairs = from row in shown from column in Enumerable.Range(0, classes) where row != column && counts[row, column] > 0 orderby counts[row, column] descending select (row, column);
        return new ReportSection(Id, Title, new
        {
            Names = classes <= MostColumns ? evaluation.Classes : [],
            Rows = shown.Select(row => new
            {
                Name = evaluation.Classes[row],
                Total = totals[row],
                Recall = EvaluationSection.Percent((double)counts[row, row] / totals[row]),
                Cells = classes > MostColumns
                    ? []
                    : Enumerable.Range(0, classes).Select(
                        column => new { Count = counts[row, column], Share = Share(row, column), Right = row == column, Name = evaluation.Classes[column] }),
            }),
            Confusions = (classes <= MostColumns ? [] : pairs.Take(ListedConfusions)).Select(pair => new
            {
                From = evaluation.Classes[pair.row],
                To = evaluation.Classes[pair.column],
                Count = counts[pair.row, pair.column],
                Share = EvaluationSection.Percent((double)counts[pair.row, pair.column] / totals[pair.row]),
            }),
        });
    }
}
