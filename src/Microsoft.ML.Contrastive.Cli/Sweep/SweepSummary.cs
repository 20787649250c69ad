using System.Globalization;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>What a sweep says, from its rows alone: accuracy of each arm, and the paired differences between arms.</summary>
internal sealed class SweepSummary(IReadOnlyList<SweepRow> rows, bool markdown)
{
    // Redirected output has no width of its own, and a broken row is no table.
    private const int Width = 200;

    private static readonly (string Name, Func<SweepRow, double> Of)[] Measures = [("kNN", row => row.Knn), ("linear", row => row.Linear)];

    /// <summary>Writes all tables.</summary>
    public void Write(TextWriter output)
    {
        foreach (IGrouping<(string Data, string Backbone), SweepRow> group in rows.GroupBy(row => (row.Key.Data, row.Key.Backbone)))
        {
            foreach ((string measure, Func<SweepRow, double> of) in Measures)
            {
                string title = $"{group.Key.Data}, {group.Key.Backbone}: {measure} accuracy";
                Write(output, $"{title}, %, mean ± standard deviation over seeds", Accuracies([.. group], of));
                Write(output, $"{title}, paired differences of the same seeds in points, mean and 95 % interval (Student's t)", Differences([.. group], of));
            }
        }

        int diverged = rows.Count(row => !double.IsFinite(row.Knn));
        if (diverged > 0)
            output.WriteLine($"\n{diverged} of {rows.Count} runs left the finite numbers; they are in no mean and no difference.");
    }

    /// <summary>The same for machines: every row, the mean of each arm, and the differences. What is not a number is null.</summary>
    public object ToJson()
    {
        var means = new List<object>();
        var differences = new List<object>();
        foreach (IGrouping<(string Data, string Backbone), SweepRow> group in rows.GroupBy(row => (row.Key.Data, row.Key.Backbone)))
        {
            foreach ((string measure, Func<SweepRow, double> of) in Measures)
            {
                foreach (IGrouping<(string Method, int Epochs), SweepRow> method in ByMethod([.. group]))
                {
                    foreach (string arm in Arms([.. method]))
                    {
                        double[] values = [.. method.Where(row => row.Key.Views == arm).Select(of).Where(double.IsFinite)];
                        means.Add(
                            new
                            {
                                group.Key.Data,
                                group.Key.Backbone,
                                Measure = measure,
                                method.Key.Method,
                                method.Key.Epochs,
                                Views = arm,
                                Mean = Number(values.Mean()),
                                StandardDeviation = Number(values.StandardDeviation()),
                                Runs = values.Length,
                            });
                    }

                    differences.AddRange(Compared(method, of).Select(pair => new
                    {
                        group.Key.Data,
                        group.Key.Backbone,
                        Measure = measure,
                        method.Key.Method,
                        method.Key.Epochs,
                        Views = pair.Arm,
                        pair.Reference,
                        Mean = Number(pair.Difference.Mean),
                        Low = Number(pair.Difference.Mean - pair.Difference.HalfWidth),
                        High = Number(pair.Difference.Mean + pair.Difference.HalfWidth),
                        Pairs = pair.Difference.Count,
                    }));
                }
            }
        }

        return new
        {
            Runs = rows.Select(row => new { row.Key.Data, row.Key.Method, row.Key.Backbone, row.Key.Epochs, row.Key.Seed, row.Key.Views, Knn = Number(row.Knn), Linear = Number(row.Linear) }),
            Means = means,
            Differences = differences,
        };

        static double? Number(double value) => double.IsFinite(value) ? value : null;
    }

    private static void Write(TextWriter output, string title, Table table)
    {
        if (table.Rows.Count == 0)
            return;
        using var rendered = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(rendered), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = Width;
        console.Write(table);
        output.WriteLine($"\n{title}\n");
        foreach (string line in rendered.ToString().Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0))
            output.WriteLine(line);
    }

    private Table Accuracies(SweepRow[] group, Func<SweepRow, double> of)
    {
        string[] arms = Arms(group);
        Table table = NewTable(["method", "epochs"], arms);
        foreach (IGrouping<(string Method, int Epochs), SweepRow> method in ByMethod(group))
        {
            table.AddRow(
                [
                    Text(method.Key.Method), Text($"{method.Key.Epochs}"),
                    .. arms.Select(arm => Text(Spread([.. method.Where(row => row.Key.Views == arm).Select(of).Where(double.IsFinite)])))]);
        }

        return table;
    }

    private Table Differences(SweepRow[] group, Func<SweepRow, double> of)
    {
        Table table = NewTable(["method", "epochs", "difference"], ["mean", "95 % interval", "pairs"]);
        foreach (IGrouping<(string Method, int Epochs), SweepRow> method in ByMethod(group))
        {
            foreach ((string arm, string reference, PairedDifference difference) in Compared(method, of))
                table.AddRow(
                    [
                        Text(method.Key.Method), Text($"{method.Key.Epochs}"), Text($"{arm} − {reference}"), Text(Points(difference.Mean)), Text(Interval(difference)),
                        Text($"{difference.Count}")]);
        }

        return table;
    }

    /// <summary>The differences of the arms of a method that have seeds in common.</summary>
    private static IEnumerable<(string Arm, string Reference, PairedDifference Difference)> Compared(IGrouping<(string Method, int Epochs), SweepRow> method, Func<SweepRow, double> of)
    {
        return method.Key.Method == RunKey.Random
            ? []
            : from pair in Comparisons(Arms([.. method]))
              let difference = PairedDifference.Of(BySeed(pair.Arm), BySeed(pair.Reference))
              where difference.Count > 0
              select (pair.Arm, pair.Reference, difference);

        Dictionary<int, double> BySeed(string arm) => method.Where(row => row.Key.Views == arm).ToDictionary(row => row.Key.Seed, of);
    }

    /// <summary>Every arm against the baseline, and joint crops against those that have a part of what they change.</summary>
    private static IEnumerable<(string Arm, string Reference)> Comparisons(string[] arms) =>
        from reference in (string[])[ViewArm.Baseline, ViewArm.Marginal, ViewArm.Independent]
        from arm in arms
        where arm != reference && (reference == ViewArm.Baseline || ViewArm.IsJoint(arm))
        select (arm, reference);

    private static string[] Arms(SweepRow[] group) =>
        [.. group.Select(row => row.Key.Views).Distinct().OrderBy(arm => ViewArm.IsJoint(arm) ? ViewArm.Names.Count : ViewArm.Names.ToList().IndexOf(arm))];

    private static IEnumerable<IGrouping<(string Method, int Epochs), SweepRow>> ByMethod(SweepRow[] group) => group.GroupBy(row => (row.Key.Method, row.Key.Epochs));

    private Table NewTable(string[] left, string[] right)
    {
        Table table = new Table().Border(markdown ? TableBorder.Markdown : TableBorder.Simple);
        foreach (string name in left)
            table.AddColumn(new TableColumn(Text(name)));
        foreach (string name in right)
            table.AddColumn(new TableColumn(Text(name)).RightAligned());
        return table;
    }

    private static Text Text(string text) => new(text);

    private static string Spread(double[] values) => values.Length == 0
        ? "–"
        : string.Create(CultureInfo.InvariantCulture, $"{100 * values.Mean():F2} ± {(values.Length < 2 ? "–" : (100 * values.StandardDeviation()).ToString("F2", CultureInfo.InvariantCulture))}");

    private static string Points(double fraction) => (100 * fraction).ToString("+0.00;−0.00;0.00", CultureInfo.InvariantCulture);

    private static string Interval(PairedDifference difference) => double.IsNaN(difference.HalfWidth)
        ? "–"
        : $"{Points(difference.Mean - difference.HalfWidth)} … {Points(difference.Mean + difference.HalfWidth)}";
}
