using System.Globalization;
using System.Text;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>How well a classifier on an encoder's features does on test images: the numbers, and everything that tells how they came about.</summary>
public abstract record EncoderMetrics
{
    /// <summary>Classes that <see cref="ToString"/> lists one by one; of more it tells the lowest.</summary>
    private const int ClassesListed = 20;

    private protected EncoderMetrics(LabelledImages images, int[] predicted, double top5)
    {
        var classes = images.Classes.Count;
        var confusion = new int[classes][];
        for (var label = 0; label < classes; label++)
            confusion[label] = new int[classes];
        for (var row = 0; row < predicted.Length; row++)
            confusion[images.TestLabels[row]][predicted[row]]++;

        Classes = images.Classes;
        ClassesOnlyInTest = [.. images.Classes.Skip(images.TrainClassCount)];
        ConfusionMatrix = confusion;
        PerClassAccuracy = [.. confusion.Select((row, label) => row.Sum() is var count and > 0 ? (double)row[label] / count : double.NaN)];
        (TrainRowCount, TestRowCount) = (images.TrainLabels.Length, images.TestLabels.Length);
        Top1 = (double)confusion.Select((row, label) => row[label]).Sum() / TestRowCount;
        Top5 = top5;
    }

    /// <summary>Part of the test images, 0 to 1, whose class has the highest score.</summary>
    public double Top1 { get; }

    /// <summary>
    /// Part of the test images, 0 to 1, whose class is among the five with the highest scores. Of no more than five classes that is all images, but for those of a class
    /// that no training image has, or none of the neighbours that voted.
    /// </summary>
    public double Top5 { get; }

    /// <summary>Names of the classes C: first those of the training images in ordinal order, then those that only test images have.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Classes that no training image has: all their test images count as wrong.</summary>
    public IReadOnlyList<string> ClassesOnlyInTest { get; }

    /// <summary>Part of the test images of each class, 0 to 1, that is named rightly, in the order of <see cref="Classes"/>; NaN for a class without test images.</summary>
    public IReadOnlyList<double> PerClassAccuracy { get; }

    /// <summary>C × C numbers of test images: the row is the true class, the column the named one, both in the order of <see cref="Classes"/>.</summary>
    public IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix { get; }

    /// <summary>Number of training images.</summary>
    public int TrainRowCount { get; }

    /// <summary>Number of test images.</summary>
    public int TestRowCount { get; }

    /// <summary>The images that the encoder was given, for example "test: short side to 256 (Bilinear), centre 224x224".</summary>
    public required string Images { get; init; }

    /// <summary>Seed of everything that is random.</summary>
    public required int Seed { get; init; }

    /// <summary>The way of classifying in one line.</summary>
    private protected abstract string Procedure { get; }

    /// <summary>The numbers, beside them everything that tells how they came about, and the accuracy of each class.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"top-1 {Top1:P2}, top-5 {Top5:P2} by {Procedure}; {Images}; {TrainRowCount} training and {TestRowCount} test images of {Classes.Count} classes, seed {Seed}");
        if (ClassesOnlyInTest.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $"\nno training image has the class {string.Join(", ", ClassesOnlyInTest)}: its test images count as wrong");
        var tested = Enumerable.Range(0, Classes.Count).Where(label => !double.IsNaN(PerClassAccuracy[label])).ToList();
        foreach (var label in tested.Count <= ClassesListed ? tested : [.. tested.OrderBy(label => PerClassAccuracy[label]).Take(ClassesListed)])
            text.Append(CultureInfo.InvariantCulture, $"\n  {Classes[label]}: {PerClassAccuracy[label]:P1} of {ConfusionMatrix[label].Sum()}");
        if (tested.Count > ClassesListed)
            text.Append(CultureInfo.InvariantCulture, $"\n  (the {ClassesListed} lowest of {tested.Count} classes)");
        return text.ToString();
    }
}
