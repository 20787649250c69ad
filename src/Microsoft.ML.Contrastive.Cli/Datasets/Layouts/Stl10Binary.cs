using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>
/// The binary version of STL-10 (Coates, Ng and Lee, AISTATS 2011, <c>https://cs.stanford.edu/~acoates/stl10/</c>): 96 × 96 pixels, red plane, green plane, blue plane, column by
/// column; labels from 1 in files of their own. Its 100,000 unlabelled images are a split.
/// </summary>
internal static class Stl10Binary
{
    private const int Side = 96, Channels = 3, Classes = 10;

    /// <summary>Reads the files.</summary>
    public static DatasetContents? Read(FileTree tree)
    {
        var files = tree.Names.Index().ToDictionary(file => file.Index, file => Path.GetFileName(file.Item));
        var found = new List<DatasetImage>();
        string[] classes = [.. Enumerable.Range(1, Classes).Select(label => $"{label}")];
        if (Find("class_names.txt") is { } names && tree.ReadLines(names) is { Length: Classes } read && read.Distinct().Count() == Classes)
            classes = read;
        foreach (string split in (string[])[Split.Train, Split.Test, Split.Unlabeled])
        {
            if (Find($"{split}_X.bin") is not { } images)
                continue;
            var records = new PixelRecords(tree.Open(images), tree.ShortNameOf(images), Side, Side, Channels) { ColumnMajor = true };
            int count = records.Count;
            int[]? labels = Find($"{split}_y.bin") is { } file ? Labels(tree, file, count) : null;
            found.AddRange(Enumerable.Range(0, count).Select(i => new DatasetImage(records, i, labels?[i] ?? DatasetImage.NoClass, split)));
        }

        bool isLabelled = found.Any(image => image.Class >= 0);
        return found.Count == 0 ? null : new DatasetContents(found, isLabelled ? classes : [], []);

        int? Find(string name) => files.FirstOrDefault(file => file.Value == name) is { Value: not null } hit ? hit.Key : null;
    }

    /// <summary>Class indices; 0 in the file is "none".</summary>
    private static int[] Labels(FileTree tree, int file, int count)
    {
        byte[] labels = tree.ReadAll(file);
        if (labels.Length != count)
            throw new InvalidDataException($"'{tree.NameOf(file)}' has {labels.Length} labels for {count} images. It is cut off, or belongs to another file. Get both again.");
        int wrong = Array.FindIndex(labels, label => label > Classes);
        return wrong < 0
            ? [.. labels.Select(label => label - 1)]
            : throw new InvalidDataException(
                $"'{tree.NameOf(file)}' has the label {labels[wrong]} at byte {wrong}; there are {Classes} classes, from 1. The file is damaged. Get it again.");
    }
}
