namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>How large an image may be before it is taken for an attack: a few bytes of a header can announce more pixels than there is memory.</summary>
internal static class PixelLimit
{
    /// <summary>Most pixels that are accepted by default: where Pillow raises its decompression-bomb error, 2 × (1 GiB / 4 / 3).</summary>
    public const long Default = 178_956_970;
}
