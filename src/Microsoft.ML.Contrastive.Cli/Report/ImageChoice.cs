using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>Which images of a data set a report looks at: few enough to be encoded while one waits, and the same ones every time.</summary>
/// <param name="Rows">Their places in the data set, ascending.</param>
/// <param name="Classes">The class of each; <see cref="NoClass"/> where there is none.</param>
/// <param name="Asked">Whether the classifiers are asked about it, instead of learning from it.</param>
/// <param name="AskedOf">Where the images that are asked about come from, as part of a sentence; null when nothing can be asked.</param>
/// <param name="NotAsked">Why nothing can be asked; null when it can.</param>
internal sealed record ImageChoice(int[] Rows, int[] Classes, bool[] Asked, string? AskedOf, string? NotAsked)
{
    /// <summary>The class of an image without a label.</summary>
    public const int NoClass = -1;

    private const int Seed = 1;

    /// <summary>Without a split of their own, every so many-th image of a class is asked about.</summary>
    private const int OneIn = 3;

    /// <summary>Chooses images: where there are labels, as many of each class as possible.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="most">How many at most.</param>
    public static ImageChoice Of(Dataset dataset, int most)
    {
        (int Row, int Class, string Split)[] all = [.. Labels(dataset)];
        var labelled = all.Where(image => image.Class >= 0).ToLookup(image => image.Split);
        string? split = new[] { Split.Test, Split.Validation }.FirstOrDefault(labelled.Contains);
        var teaching = labelled[Split.Train].ToArray();
        if (teaching.Length == 0 || teaching.Select(image => image.Class).Distinct().Count() < 2)
        {
            string why = dataset.ClassNames.Count == 0 ? "The images have no labels" : teaching.Length == 0 ? "The images of the split train have no labels" : "All labelled images are of one class";
            return Choice(
                [.. EvenSample.Of(all.Length, most).Select(place => all[place])], _ => false, null,
                $"{why}, so there is no accuracy to measure. Class folders, or a table with a column of labels, would give them.");
        }

        if (split is not null)
        {
            var asked = Balanced(labelled[split], most / 2).Select(chosen => chosen.Image).ToArray();
            HashSet<int> askedRows = [.. asked.Select(image => image.Row)];
            return Choice([.. Balanced(teaching, most - asked.Length).Select(chosen => chosen.Image), .. asked], askedRows.Contains, $"the split {split}, which was not trained on", null);
        }

        var ranked = Balanced(teaching, most).ToArray();
        HashSet<int> held = [.. ranked.Where(chosen => chosen.Rank % OneIn == OneIn - 1).Select(chosen => chosen.Image.Row)];
        var images = ranked.Select(chosen => chosen.Image).ToArray();
        return held.Count > 0
            ? Choice(images, held.Contains, $"one in {OneIn} of the images, whose labels the classifiers do not see; the encoder has seen the images, without labels, in pretraining", null)
            : Choice(images, _ => false, null, $"There are fewer than {OneIn} images of each class: too few to teach a classifier and to ask it.");
    }

    private static ImageChoice Choice((int Row, int Class, string Split)[] images, Func<int, bool> asked, string? askedOf, string? notAsked)
    {
        var ordered = images.OrderBy(image => image.Row).ToArray();
        return new ImageChoice([.. ordered.Select(image => image.Row)], [.. ordered.Select(image => image.Class)], [.. ordered.Select(image => asked(image.Row))], askedOf, notAsked);
    }

    /// <summary>A random order of each class, and of these the first ones, then the second ones, and so on.</summary>
    private static IEnumerable<((int Row, int Class, string Split) Image, int Rank)> Balanced(IEnumerable<(int Row, int Class, string Split)> images, int most)
    {
        var random = new Random(Seed);
        return images.GroupBy(image => image.Class).OrderBy(group => group.Key)
            .SelectMany(group =>
            {
                var shuffled = group.ToArray();
                random.Shuffle(shuffled);
                return shuffled.Select((image, rank) => (image, rank));
            })
            .OrderBy(chosen => chosen.rank).ThenBy(chosen => chosen.image.Class).Take(most);
    }

    private static IEnumerable<(int Row, int Class, string Split)> Labels(Dataset dataset)
    {
        Dictionary<string, int> classes = dataset.ClassNames.Index().ToDictionary(name => name.Item, name => name.Index, StringComparer.Ordinal);
        DataViewSchema.Column label = dataset.Rows.Schema[DatasetView.LabelColumnName], split = dataset.Rows.Schema[DatasetView.SplitColumnName];
        using DataViewRowCursor cursor = dataset.Rows.GetRowCursor([label, split]);
        ValueGetter<ReadOnlyMemory<char>> labels = cursor.GetGetter<ReadOnlyMemory<char>>(label), splits = cursor.GetGetter<ReadOnlyMemory<char>>(split);
        ReadOnlyMemory<char> name = default;
        for (int row = 0; cursor.MoveNext(); row++)
        {
            labels(ref name);
            int image = name.Length == 0 ? NoClass : classes[name.ToString()];
            splits(ref name);
            yield return (row, image, name.ToString());
        }
    }
}
