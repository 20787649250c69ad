using Microsoft.ML.Contrastive.Cli.Datasets.Files;
using Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>A way to lay out a data set.</summary>
/// <param name="Name">What <c>--dataset-format</c> calls it.</param>
/// <param name="Needs">What it is recognised by, as part of a sentence.</param>
/// <param name="Read">Reads it; null where it is not this layout.</param>
internal sealed record DatasetLayout(string Name, string Needs, Func<FileTree, DatasetContents?> Read)
{
    /// <summary>All, in the order in which they are tried: the particular ones before those that any folder of images has.</summary>
    private static readonly DatasetLayout[] All =
    [
        new("cifar-binary", "it needs data_batch_1.bin … and test_batch.bin (CIFAR-10), or train.bin and test.bin (CIFAR-100)", CifarBinary.Read),
        new("stl10-binary", "it needs train_X.bin, test_X.bin or unlabeled_X.bin", Stl10Binary.Read),
        new("idx", "it needs files such as train-images-idx3-ubyte, with .gz as may be", IdxFiles.Read),
        new("tiny-imagenet", "it needs train/WNID/images, and val/images with val/val_annotations.txt", TinyImageNet.Read),
        new("imagenet", "it needs train/WNID, and val without class folders", ImageNet.Read),
        new("coco", "it needs folders such as train2017 or images/train2017", DetectionFolders.ReadCoco),
        new("voc", "it needs a folder JPEGImages", DetectionFolders.ReadVoc),
        new("list", "it needs a text file with a path a line", ListFile.Read),
        new("csv", "it needs a .csv or .tsv file with a column of paths", CsvFile.Read),
        new("split-folders", "it needs a folder train, with val or test or unlabeled beside it as may be", ImageFolders.ReadSplits),
        new("class-folders", "it needs two folders or more with images: a class each", ImageFolders.ReadClasses),
        new("image-folder", "it needs images", ImageFolders.ReadFlat),
    ];

    /// <summary>Names of all layouts.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(layout => layout.Name)];

    /// <summary>The layouts to try.</summary>
    /// <param name="name">The only one, or null for all.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static DatasetLayout[] Named(string? name) => name is null ? All : All.FirstOrDefault(layout => layout.Name == name) is { } layout
        ? [layout]
        : throw new ArgumentException($"--dataset-format: there is no layout '{name}'. There are: {string.Join(", ", Names)}.");
}
