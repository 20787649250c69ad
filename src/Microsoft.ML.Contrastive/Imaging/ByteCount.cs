using System.Globalization;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>Sizes in messages.</summary>
internal static class ByteCount
{
    /// <summary>For example "1.4 GiB" or "12 MiB".</summary>
    public static string Text(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{(bytes + (1L << 20) - 1) >> 20} MiB");
}
