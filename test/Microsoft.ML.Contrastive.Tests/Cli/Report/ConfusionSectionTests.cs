using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.ML.Contrastive.Cli.Report;
using Microsoft.ML.Contrastive.Cli.Report.Sections;
using Microsoft.ML.Contrastive.Cli.Sweep;

namespace Microsoft.ML.Contrastive.Tests.Cli.Report;

public sealed class ConfusionSectionTests
{
    [Fact]
    public void Few_classes_are_a_matrix()
    {
        IDocument page = Render(classes: 3, labels: [0, 0, 1, 2, 2, 2], predicted: [0, 1, 1, 2, 0, 2]);
        Assert.Equal(["1", "1", "", "50.0", "", "1", "", "100.0", "1", "", "2", "66.7"], page.QuerySelectorAll("tbody td").Select(cell => cell.TextContent));
        Assert.Equal(["1", "1", "2"], page.QuerySelectorAll("td.right").Select(cell => cell.TextContent));
        Assert.Equal("1 of 3 class2: class0", page.QuerySelectorAll("tbody tr")[2].QuerySelectorAll("td")[0].GetAttribute("title"));
        Assert.Contains("--v:0.333", page.QuerySelectorAll("tbody tr")[2].QuerySelectorAll("td")[0].GetAttribute("style"), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_classes_are_a_list_of_what_is_confused_most()
    {
        // Class 7 is taken for class 9 three times, class 30 for class 0 once; all else is right.
        int[] labels = [.. Enumerable.Repeat(7, 4), .. Enumerable.Repeat(30, 2), 5];
        IDocument page = Render(classes: 40, labels, predicted: [9, 9, 9, 7, 0, 30, 5]);
        Assert.Empty(page.QuerySelectorAll("table.confusion"));
        IHtmlCollection<IElement> tables = page.QuerySelectorAll("table");
        Assert.Equal(["class7", "class9", "3", "75.0", "class30", "class0", "1", "50.0"], tables[0].QuerySelectorAll("tbody td").Select(cell => cell.TextContent));
        Assert.Equal(["class5", "1", "100.0", "class7", "4", "25.0", "class30", "2", "50.0"], tables[1].QuerySelectorAll("tbody td").Select(cell => cell.TextContent));
    }

    private static IDocument Render(int classes, int[] labels, int[] predicted)
    {
        var evaluation = new ReportEvaluation([.. Enumerable.Range(0, classes).Select(i => $"class{i}")], Teaching: 1, labels, Pixels: null, Untrained: null, new FrozenAccuracy(0, 0, predicted));
        ReportSection section = ConfusionSection.Create(null!, evaluation);
        return new HtmlParser().ParseDocument(ReportTemplates.Render(section.Id, section.Model!));
    }
}
