using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>
/// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky, <c>https://www.cs.toronto.edu/~kriz/cifar.html</c>): a record is one label byte, or a coarse and a fine one, and
/// 32 × 32 pixels, red plane, green plane, blue plane, row by row. CIFAR-100's fine labels are used.
/// </summary>
internal static partial class CifarBinary
{
    private const int Side = 32, Channels = 3;

    /// <summary>Reads the files.</summary>
    public static DatasetContents? Read(FileTree tree)
    {
        (int File, string Name, bool IsHundred)[] files = [.. tree.Names.Index().Select(file => (file.Index, Name: Path.GetFileName(file.Item)))
            .Where(file => Ten().IsMatch(file.Name) || IsHundred(file.Name))
            .Select(file => (file.Index, file.Name, IsHundred(file.Name)))];
        if (files.Length == 0)
        {
            return tree.Names.Any(name => Path.GetFileName(name) is "data_batch_1" or "batches.meta")
                ? throw new InvalidDataException(
                    $"'{tree.Root}' has CIFAR's Python version, which is a program to execute and is not read. Get the binary version: mlnet-contrastive download cifar10.")
                : null;
        }

        // Other things are called train.bin, too.
        if (files.All(file => file.IsHundred) && tree.Images.Files.Length > 0)
            return null;
        bool isHundred = files[0].IsHundred;
        if (files.Any(file => file.IsHundred != isHundred))
            throw new InvalidDataException($"'{tree.Root}' has files of CIFAR-10 and of CIFAR-100. Name a folder with one of them.");
        string[] classes = ClassNames(tree, isHundred ? "fine_label_names.txt" : "batches.meta.txt", isHundred ? 100 : 10);
        var images = new List<DatasetImage>();
        foreach ((int file, string name, _) in files)
        {
            var records = new PixelRecords(tree.Open(file), tree.ShortNameOf(file), Side, Side, Channels) { LabelBytes = isHundred ? 2 : 1 };
            string split = name.StartsWith("test", StringComparison.Ordinal) ? Split.Test : Split.Train;
            int count = records.Count;
            for (int i = 0; i < count; i++)
            {
                int label = records.Label(i, isHundred ? 1 : 0);
                if (label >= classes.Length)
                    throw new InvalidDataException($"'{records.NameOf(i)}' has the label {label}; there are {classes.Length} classes. The file is damaged, or not what its name says. Get it again.");
                images.Add(new DatasetImage(records, i, label, split));
            }
        }

        return new DatasetContents(images, classes, []);
    }

    private static bool IsHundred(string name) => name is "train.bin" or "test.bin";

    /// <summary>The names in a file beside the images; numbers when there is none.</summary>
    private static string[] ClassNames(FileTree tree, string file, int count)
    {
        int index = tree.Names.ToList().FindIndex(name => Path.GetFileName(name) == file);
        string[] names = index < 0 ? [.. Enumerable.Range(0, count).Select(label => $"{label}")] : tree.ReadLines(index);
        return names.Length == count && names.Distinct().Count() == count
            ? names
            : throw new InvalidDataException($"'{tree.NameOf(index)}' has {names.Length} names; there must be {count}, all different.");
    }

    [GeneratedRegex(@"^(data_batch_\d+|test_batch)\.bin$", RegexOptions.CultureInvariant)]
    private static partial Regex Ten();
}
