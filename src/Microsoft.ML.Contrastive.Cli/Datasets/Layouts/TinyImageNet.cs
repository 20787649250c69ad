using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>
/// Tiny-ImageNet as Stanford's CS231n hands it out: <c>train/WNID/images</c>, <c>val/images</c> with the classes in <c>val/val_annotations.txt</c>, <c>test/images</c> without classes.
/// </summary>
internal static class TinyImageNet
{
    private const string Annotations = "val/val_annotations.txt", ValidationImages = "val/images/";

    /// <summary>Reads the folders.</summary>
    public static DatasetContents? Read(FileTree tree)
    {
        if (tree.IndexOf(Annotations) is var annotations && annotations < 0)
            return null;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in tree.ReadLines(annotations))
        {
            // File, class, and a box.
            if (line.Split('\t') is [var name, var label, ..])
                labels[ValidationImages + name] = label;
        }

        var images = new List<(ImageSource, int, string?, string)>();
        int unknown = 0;
        foreach (int file in tree.Images.Files)
        {
            string name = tree.Names[file];
            string[] parts = name.Split('/');
            if (parts.Length < 2 || Split.Parse(parts[0]) is not { } split)
                continue;
            string? label = split == Split.Train && parts.Length > 2 ? parts[1] : labels.GetValueOrDefault(name);
            unknown += split == Split.Validation && label is null ? 1 : 0;
            images.Add((tree.Images, file, label, split));
        }

        return DatasetContents.FromLabels(images, unknown == 0 ? [] : [$"{unknown} images of val have no line in {Annotations}: they were taken as images without a label."]);
    }
}
