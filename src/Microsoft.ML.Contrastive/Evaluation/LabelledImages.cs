using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>The labels of two data sets as class indices that mean the same in both.</summary>
/// <param name="Classes">Names: those of the training images in ordinal order, then those that only test images have.</param>
/// <param name="TrainClassCount">How many of them training images have.</param>
/// <param name="TrainLabels">Class index of each training row.</param>
/// <param name="TestLabels">Class index of each test row.</param>
internal sealed record LabelledImages(IReadOnlyList<string> Classes, int TrainClassCount, int[] TrainLabels, int[] TestLabels)
{
    /// <summary>Reads the labels alone: no image is decoded for it, so what is wrong with them is said before any long work.</summary>
    /// <exception cref="ArgumentException">The column is missing or of a wrong type, there are no rows, or a row has no label.</exception>
    public static LabelledImages Read(IDataView train, IDataView test, string column)
    {
        var (trainLabels, testLabels) = (Read(train, column, "train"), Read(test, column, "test"));
        string[] known = [.. trainLabels.Distinct().Order(StringComparer.Ordinal)];
        string[] classes = [.. known, .. testLabels.Except(known).Order(StringComparer.Ordinal)];
        var indices = classes.Select((name, index) => (name, index)).ToDictionary(pair => pair.name, pair => pair.index);
        return new LabelledImages(classes, known.Length, Array.ConvertAll(trainLabels, name => indices[name]), Array.ConvertAll(testLabels, name => indices[name]));
    }

    private static string[] Read(IDataView data, string name, string parameter)
    {
        DataViewSchema.Column column = data.Schema.GetColumnOrNull(name) ?? throw new ArgumentException(
            $"The {parameter} data have no label column '{name}'; the columns are {string.Join(", ", data.Schema.Where(c => !c.IsHidden).Select(c => c.Name))}. Set "
                + $"{nameof(EncoderEvaluationOptions.LabelColumnName)}.", parameter);
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        Func<string?> read = LabelReader.Open(cursor, column);
        var labels = new List<string>();
        var (missing, first) = (0, 0);
        while (cursor.MoveNext())
        {
            if (read() is { Length: > 0 } label)
                labels.Add(label);
            else if (missing++ == 0)
                first = labels.Count;
        }

        if (missing > 0)
            throw new ArgumentException(
                $"{missing} of {labels.Count + missing} rows of the {parameter} data have no label in '{name}', the first of them row {first}. An accuracy needs all of them: "
                    + "filter those rows out.",
                parameter);
        return labels.Count > 0 ? [.. labels] : throw new ArgumentException($"The {parameter} data have no rows.", parameter);
    }
}
