namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Decoded images, packed, under an index each. Safe for several threads: images may be added while others are read.</summary>
internal interface IImageStore : IDisposable
{
    /// <summary>Finds an image that was added.</summary>
    /// <param name="index">Where it was added.</param>
    /// <param name="image">The image; valid until the store is disposed.</param>
    /// <returns>Whether it is there.</returns>
    bool TryGet(int index, out RgbImage image);

    /// <summary>Adds a copy of an image.</summary>
    /// <param name="index">Where the image will be found; chosen by the caller, so that parallel decoding keeps the order of the rows.</param>
    /// <param name="image">The image.</param>
    /// <returns>False when the store has no room for it: nothing was added.</returns>
    bool TryAdd(int index, RgbImage image);
}
