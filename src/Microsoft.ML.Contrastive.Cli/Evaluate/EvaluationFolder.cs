using System.Globalization;
using System.Text;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>Measurements as files: <c>results.csv</c>, and the confusion matrix of each as <c>confusion-FEATURES-MEASURE.csv</c>.</summary>
internal static class EvaluationFolder
{
    /// <summary>Writes all files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="measurements">What was measured.</param>
    /// <returns>The names of the files.</returns>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyList<Measurement> measurements)
    {
        var files = new List<string>();
        var table = new StringBuilder("features,measure,protocol,top1,top5,standard_deviation,confusion,description\n");
        foreach (Measurement measurement in measurements)
        {
            string confusion = "";
            if (measurement.ConfusionMatrix is not null)
            {
                confusion = $"confusion-{FileName(measurement.Features)}-{FileName(measurement.Measure == "linear" ? $"linear-{measurement.Protocol}" : measurement.Measure)}.csv";
                File.WriteAllText(Path.Combine(folder, confusion), Matrix(measurement));
                files.Add(confusion);
            }

            table.AppendJoin(
                ',',
                [
                    measurement.Features, measurement.Measure, Field(measurement.Protocol), Number(measurement.Top1), Number(measurement.Top5),
                    Number(measurement.StandardDeviation), confusion, Field(measurement.Description)]).Append('\n');
        }

        const string Results = "results.csv";
        File.WriteAllText(Path.Combine(folder, Results), table.ToString());
        return [Results, .. files];
    }

    /// <summary>True classes down, named classes across.</summary>
    private static string Matrix(Measurement measurement) => string.Join('\n',
    [
        $"true \\ named,{string.Join(',', measurement.Classes.Select(Field))}",
        .. measurement.ConfusionMatrix!.Select((row, label) => $"{Field(measurement.Classes[label])},{string.Join(',', row)}"),
        "",
    ]);

    private static string Number(double? value) => value?.ToString("0.######", CultureInfo.InvariantCulture) ?? "";

    private static string Field(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string FileName(string text) => text.Replace(' ', '-');
}
