using Microsoft.ML.Contrastive.Cli.Datasets.Files;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>
/// The images behind <c>--dataset</c>, whatever their layout: a folder, an archive, a list, or a data set's own binary files. <c>docs/datasets.md</c> shows each layout.
/// </summary>
/// <remarks>The data hold files open: dispose after the last row was read.</remarks>
internal sealed class Dataset : IDisposable
{
    private readonly FileTree _tree;
    private readonly Dataset? _unlabeled;
    private readonly DatasetImage[] _images;

    private Dataset(string path, string format, FileTree tree, DatasetContents contents, DatasetImage[] images, IReadOnlyList<string> notes, Dataset? unlabeled)
    {
        if (unlabeled is not null)
            images = [.. images, .. unlabeled._images.Select(image => image with { Class = DatasetImage.NoClass, Split = Split.Unlabeled })];
        (Path, Format, _tree, _images, Notes, _unlabeled) = (path, format, tree, images, [.. notes, .. unlabeled?.Notes ?? []], unlabeled);
        ClassNames = contents.ClassNames;
        Splits = [.. Split.All.Where(split => images.Any(image => image.Split == split))];
    }

    /// <summary>What was opened, as a full path.</summary>
    public string Path { get; }

    /// <summary>The second place whose images are among them, as a full path; null when there is none.</summary>
    public string? Unlabeled => _unlabeled?.Path;

    /// <summary>The images, in the order of the rows.</summary>
    public IReadOnlyList<DatasetImage> Images => _images;

    /// <summary>Name of the layout, one of <see cref="DatasetLayout.Names"/>.</summary>
    public string Format { get; }

    /// <summary>Number of images, in all splits together.</summary>
    public int Count => _images.Length;

    /// <summary>Names of the classes: in the order that the data set prescribes, else in ordinal order. Empty when no image has a label.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The splits that hold images, of <see cref="Split.All"/>. Images of a layout without splits are <see cref="Split.Train"/>.</summary>
    public IReadOnlyList<string> Splits { get; }

    /// <summary>What was assumed and what was left out, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Names of images that could not be decoded when a row was read, in ordinal order; it grows while rows are read.</summary>
    public IReadOnlyList<string> Unreadable => [.. _tree.Unreadable.Keys.Concat(_unlabeled?.Unreadable ?? []).Order(StringComparer.Ordinal)];

    /// <summary>How many of the images that were read from an archive ask to be turned, a sentence a place.</summary>
    public IEnumerable<string> OrientationWarnings => [.. TurnedOf(_tree) is { } turned ? [turned] : Array.Empty<string>(), .. _unlabeled?.OrientationWarnings ?? []];

    /// <summary>All images as rows; see <see cref="DatasetView"/> for the columns.</summary>
    public IDataView Rows => new DatasetView(_images, ClassNames);

    /// <summary>Opens a data set.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="options">Defaults when null.</param>
    /// <exception cref="FileNotFoundException">There is nothing at that path.</exception>
    /// <exception cref="InvalidDataException">It holds no images, or is damaged, or not of the format that was asked for; the message says what to do.</exception>
    /// <exception cref="ArgumentException">There is no format of that name.</exception>
    public static Dataset Open(string path, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new DatasetOptions();
        path = System.IO.Path.GetFullPath(path);
        DatasetLayout[] layouts = DatasetLayout.Named(options.Format);
        FileTree tree = FileTree.Open(path, options);
        try
        {
            foreach (DatasetLayout layout in layouts)
            {
                if (layout.Read(tree) is not { } contents)
                    continue;
                var notes = new List<string>([.. tree.Notes, .. contents.Notes]);
                DatasetImage[] images = [.. contents.Images];
                if (images.Length == 0)
                    throw new InvalidDataException($"'{path}' has the layout {layout.Name} but holds no image. {string.Join(" ", notes)}".TrimEnd());
                if (options.BrokenImages != BrokenImages.WhenRead)
                {
                    images = ImageCheck.Usable(path, images, options, notes);
                    if (TurnedOf(contents.Tree ?? tree) is { } turned)
                        notes.Add(turned);
                }

                Dataset? unlabeled = options.Unlabeled is { } more ? Open(more, options with { Unlabeled = null, Format = null }) : null;
                return new Dataset(path, layout.Name, contents.Tree ?? tree, contents, images, notes, unlabeled);
            }

            throw new InvalidDataException(options.Format is { } format
                ? $"'{path}' does not have the layout {format}: {layouts[0].Needs}. Leave --dataset-format out to have the layout recognised."
                : $"'{path}' holds no image (looked for {string.Join(", ", ImageFolder.Extensions)}) and none of the layouts {string.Join(", ", DatasetLayout.Names)}."
                    + $" {string.Join(" ", tree.Notes)}".TrimEnd());
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>The rows of some splits. A row has the same identifier there as in <see cref="Rows"/>.</summary>
    /// <exception cref="ArgumentException">There is no such split.</exception>
    public IDataView RowsOf(params string[] splits)
    {
        if (splits.Except(Splits).FirstOrDefault() is { } missing)
            throw new ArgumentException($"'{Path}' has no split '{missing}'; it has {string.Join(", ", Splits)}.");
        return new DatasetView(_images, ClassNames, [.. Enumerable.Range(0, Count).Where(i => splits.Contains(_images[i].Split))]);
    }

    /// <summary>Some rows, by their places in <see cref="Rows"/>, in that order.</summary>
    public IDataView RowsAt(int[] places) => new DatasetView(_images, ClassNames, places);

    /// <summary>The name of an image as the data set's folder sees it, with '/' on every system.</summary>
    /// <param name="name">A value of <see cref="DatasetView.PathColumnName"/>.</param>
    public string RelativeName(string name) => System.IO.Path.IsPathRooted(name) && Directory.Exists(Path) ? System.IO.Path.GetRelativePath(Path, name).Replace('\\', '/') : name;

    /// <summary>Number of images of a split; 0 when there is none of that name.</summary>
    public int CountOf(string split) => _images.Count(image => image.Split == split);

    /// <summary>Number of images that have a label.</summary>
    public int LabelledCount => _images.Count(image => image.Class >= 0);

    /// <summary>Places of the images that have a label, in order.</summary>
    /// <param name="split">Of this split alone; of all when null.</param>
    public int[] LabelledPlaces(string? split = null) => [.. Enumerable.Range(0, Count).Where(place => _images[place] is { Class: >= 0 } image && (split is null || image.Split == split))];

    private static string? TurnedOf(FileTree tree)
    {
        var tally = new OrientationTally();
        foreach ((string name, int orientation) in tree.Turned)
            tally.Add(new ImageInspection(name, null, orientation, null));
        return tally.Warning;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tree.Dispose();
        _unlabeled?.Dispose();
    }
}
