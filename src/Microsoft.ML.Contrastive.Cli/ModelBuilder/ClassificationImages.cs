using Microsoft.ML.Contrastive.Cli.Datasets;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>The labelled images of a data set, parted into those that teach the classifier and those that it is measured on.</summary>
internal sealed class ClassificationImages
{
    /// <summary>Part of the images of each class that is held out where nothing else says which: Model Builder's.</summary>
    public const double UsualHeldOutFraction = 0.2;

    private const int FewestClasses = 2, FewestPerClass = 2;

    private ClassificationImages(Dataset dataset, int[] training, IDataView heldOut, int heldOutCount, string description, int[] final)
    {
        (Training, TrainingCount, Final) = (dataset.RowsAt(training), training.Length, dataset.RowsAt(final));
        (HeldOut, HeldOutCount, Description) = (heldOut, heldOutCount, description);
    }

    /// <summary>Images that teach the classifiers which are compared.</summary>
    public IDataView Training { get; }

    /// <summary>Number of <see cref="Training"/>.</summary>
    public int TrainingCount { get; }

    /// <summary>Images that they are measured on.</summary>
    public IDataView HeldOut { get; }

    /// <summary>Number of <see cref="HeldOut"/>.</summary>
    public int HeldOutCount { get; }

    /// <summary>Where <see cref="HeldOut"/> comes from.</summary>
    public string Description { get; }

    /// <summary>Images that teach the classifier which is saved: all that were not set apart by whoever made the data.</summary>
    public IDataView Final { get; }

    /// <summary>Parts the images: by another data set, by the data set's own test or validation images, or at random within each class.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="test">Images to measure on; null for some of <paramref name="dataset"/>.</param>
    /// <param name="heldOutFraction">Part of the images of each class that is held out where nothing else says which, above 0 and below 1.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <exception cref="InvalidDataException">There are too few classes or too few images in one.</exception>
    public static ClassificationImages Of(Dataset dataset, Dataset? test, double heldOutFraction, int seed)
    {
        if (dataset.ClassNames.Count < FewestClasses)
            throw new InvalidDataException(
                $"--dataset: '{dataset.Path}' has no two classes; a classifier needs a folder of images for each class, two at least. {string.Join(" ", dataset.Notes)}".TrimEnd());
        int[] all = dataset.LabelledPlaces(Split.Train);
        ILookup<int, int> classes = all.ToLookup(place => dataset.Images[place].Class);
        foreach ((int index, string name) in dataset.ClassNames.Index())
        {
            if (classes[index].Count() < FewestPerClass)
                throw new InvalidDataException(
                    $"--dataset: the class '{name}' of '{dataset.Path}' has {classes[index].Count()} image{(classes[index].Count() == 1 ? "" : "s")} to train on; a class "
                        + $"needs {FewestPerClass} at least. Add images, or move the folder elsewhere.");
        }

        if (test is not null)
        {
            int[] labelled = test.LabelledPlaces();
            if (labelled.Length == 0)
                throw new InvalidDataException($"--test-dataset: '{test.Path}' has no classes; it takes a folder of images for each class.");
            if (test.ClassNames.Except(dataset.ClassNames).FirstOrDefault() is { } unknown)
                throw new InvalidDataException($"--test-dataset: '{test.Path}' has the class '{unknown}', which '{dataset.Path}' has not.");
            return new ClassificationImages(dataset, all, test.RowsAt(labelled), labelled.Length, $"'{test.Path}'", all);
        }

        foreach (string split in (string[])[Split.Test, Split.Validation])
        {
            if (dataset.LabelledPlaces(split) is { Length: > 0 } own)
                return new ClassificationImages(dataset, all, dataset.RowsAt(own), own.Length, $"the images of '{split}'", all);
        }

        (int[] kept, int[] heldOut) = StratifiedHoldOut.Draw(dataset, all, (_, images) => Math.Clamp((int)(heldOutFraction * images), 1, images - 1), seed);
        return new ClassificationImages(dataset, kept, dataset.RowsAt(heldOut), heldOut.Length, $"{heldOutFraction:P0} of the images of each class", all);
    }
}
