using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>
/// ImageNet (ILSVRC 2012): <c>train/WNID</c>, <c>val</c> and <c>test</c> without class folders, also below Kaggle's <c>ILSVRC/Data/CLS-LOC</c>. The classes of <c>val</c> come from
/// Kaggle's <c>LOC_val_solution.csv</c> or from a <c>val.txt</c> of names with WNIDs or with numbers that count the WNIDs in order. (With class folders in <c>val</c> it is
/// <see cref="ImageFolders.ReadSplits"/>.)
/// </summary>
internal static partial class ImageNet
{
    private const string KaggleFolder = "Data/CLS-LOC/";
    private static readonly string[] AnnotationFiles = ["LOC_val_solution.csv", "val.txt", "val_annotations.txt"];

    /// <summary>Reads the folders.</summary>
    public static DatasetContents? Read(FileTree tree)
    {
        string? inKaggle = tree.Names.FirstOrDefault(name => name.Contains(KaggleFolder + "train/", StringComparison.Ordinal));
        string root = inKaggle is null ? "" : inKaggle[..(inKaggle.IndexOf(KaggleFolder, StringComparison.Ordinal) + KaggleFolder.Length)];
        List<(int File, string Split, string[] Below)> images = [];
        foreach (int file in tree.Images.Files)
        {
            string name = tree.Names[file];
            if (name.StartsWith(root, StringComparison.Ordinal) && name[root.Length..].Split('/') is [var first, .. var below] && below.Length > 0 && Split.Parse(first) is { } split)
                images.Add((file, split, below));
        }

        string[] classes = [.. images.Where(image => image is { Split: Split.Train, Below.Length: > 1 }).Select(image => image.Below[0]).Distinct().Order(StringComparer.Ordinal)];
        bool isFlat = images.Any(image => image is { Split: Split.Validation, Below.Length: 1 });
        if (!isFlat || classes.Length < 2 || !classes.All(name => Wnid().IsMatch(name)))
            return null;

        var labels = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        int annotations = tree.Names.Index().Where(file => AnnotationFiles.Contains(Path.GetFileName(file.Item))).Select(file => file.Index).FirstOrDefault(-1);
        foreach (string line in annotations < 0 ? [] : tree.ReadLines(annotations))
        {
            // "ILSVRC2012_val_00000001,n01751748 1 2 3 4" or "ILSVRC2012_val_00000001.JPEG 65"; a class that train does not have is none.
            if (line.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not [var name, var label, ..])
                continue;
            if (int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < classes.Length)
                label = classes[number];
            if (Wnid().IsMatch(label))
                labels[Path.GetFileNameWithoutExtension(name)] = label;
        }

        int unknown = images.Count(image => image.Split == Split.Validation && LabelOf(image) is null);
        return DatasetContents.FromLabels(images.Select(image => ((ImageSource)tree.Images, image.File, LabelOf(image), image.Split)), unknown == 0 ? [] :
        [
            annotations < 0
                ? $"The {unknown} images of val have no label: none of {string.Join(", ", AnnotationFiles)} is there, nor are class folders."
                : $"{unknown} images of val have no label in '{tree.NameOf(annotations)}'.",
        ]);

        string? LabelOf((int File, string Split, string[] Below) image) => image.Split switch
        {
            Split.Train => image.Below.Length > 1 ? image.Below[0] : null,
            Split.Validation => labels.GetValueOrDefault(Path.GetFileNameWithoutExtension(image.Below[^1])),
            _ => null,
        };
    }

    [GeneratedRegex(@"^n\d{8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Wnid();
}
