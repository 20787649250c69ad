namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Counts images whose EXIF orientation says that they should be turned. ML.NET's images are not, so a model sees them lying on their side;
/// that is worth one warning a data set, not one an image. Safe for several threads.
/// </summary>
internal sealed class OrientationTally
{
    private readonly Lock _lock = new();

    /// <summary>Number of images with an orientation other than 1.</summary>
    public int Count { get; private set; }

    /// <summary>One of them: the first in the order of their paths, so that the warning does not depend on the order of the threads.</summary>
    public ImageInspection? First { get; private set; }

    /// <summary>What to say about them; null when there are none.</summary>
    public string? Warning
    {
        get
        {
            lock (_lock)
            {
                return First is null
                    ? null
                    : $"{Count} image(s) carry an EXIF orientation, which ML.NET does not apply; they are used as stored. The first: '{First.Path}' (orientation {First.Orientation}).";
            }
        }
    }

    /// <summary>Takes note of an image.</summary>
    public void Add(ImageInspection inspection)
    {
        if (inspection.Orientation == 1)
            return;
        lock (_lock)
        {
            Count++;
            if (First is null || string.CompareOrdinal(inspection.Path, First.Path) < 0)
                First = inspection;
        }
    }
}
