using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.Evaluate;

/// <summary>The labelled images of a data set in two parts: those that teach a classifier, and those that it is tested on.</summary>
/// <param name="Train">Rows that teach.</param>
/// <param name="Test">Rows that are tested on.</param>
/// <param name="Description">Where the test images come from.</param>
/// <param name="SmallestClass">How many images the smallest class of <paramref name="Train"/> has.</param>
internal sealed record LabelledSplit(IDataView Train, IDataView Test, string Description, int SmallestClass)
{
    /// <summary>Part of each class that is held out where the data have no images for testing.</summary>
    public const double DefaultHeldOut = 0.2;

    /// <summary>Parts a data set: by its own test images, else those for validation, else by holding some of each class out.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="heldOut">Which part of each class is held out, above 0 and below 1, whatever the data have; null for what they have.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <exception cref="InvalidDataException">There are too few labelled images.</exception>
    public static LabelledSplit Of(Dataset dataset, double? heldOut, int seed)
    {
        if (dataset.ClassNames.Count < 2)
            throw new InvalidDataException(
                $"--dataset: '{dataset.Path}' ({dataset.Format}) has {(dataset.ClassNames.Count == 0 ? "no classes" : "one class")}; an accuracy needs labelled images of two "
                    + "at least, such as a folder of images for each class.");
        int[] training = dataset.LabelledPlaces(Split.Train);
        if (heldOut is null && training.Length > 0)
        {
            foreach (string split in (string[])[Split.Test, Split.Validation])
            {
                if (dataset.LabelledPlaces(split) is { Length: > 0 } test)
                    return Create(dataset, training, test, $"the data set's '{split}'");
            }
        }

        double fraction = heldOut ?? DefaultHeldOut;
        (int[] taught, int[] tested) = StratifiedHoldOut.Draw(dataset, training.Length > 0 ? training : dataset.LabelledPlaces(), HeldOutOf, seed);
        return Create(dataset, taught, tested, $"{fraction:P0} of each class, held out");

        int HeldOutOf(int index, int images)
        {
            int held = Math.Max(1, (int)Math.Round(fraction * images));
            return held < images
                ? held
                : throw new InvalidDataException(
                    $"--dataset: the class '{dataset.ClassNames[index]}' of '{dataset.Path}' has {images} image{(images == 1 ? "" : "s")}, of which none is left to train on "
                        + $"when {fraction:P0} are held out. Add images, or lower --held-out.");
        }
    }

    private static LabelledSplit Create(Dataset dataset, int[] train, int[] test, string description) =>
        new(dataset.RowsAt(train), dataset.RowsAt(test), description, train.GroupBy(place => dataset.Images[place].Class).Min(images => images.Count()));
}
