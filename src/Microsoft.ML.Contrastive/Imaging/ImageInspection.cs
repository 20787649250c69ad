using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>What is known of an image file without keeping its pixels.</summary>
/// <param name="Path">The file.</param>
/// <param name="Size">Size as stored, before any orientation; null where the header could not be read.</param>
/// <param name="Orientation">EXIF orientation, 1 … 8; 1 means "as stored", and stands for files that have none.</param>
/// <param name="Problem">Why the image cannot be used, as the end of a sentence about the file; null where it can.</param>
internal sealed record ImageInspection(string Path, ImageSize? Size, int Orientation, string? Problem)
{
    /// <summary>Whether the image can be used.</summary>
    public bool IsUsable => Problem is null;
}
