using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

/// <summary>Short names for what the tests of this folder do over and over.</summary>
internal static class Views
{
    public static readonly string[] Two = ["View1", "View2"];

    /// <summary>A crop that needs no estimator: 12 × 8 pixels, seed 7.</summary>
    public static AugmentationTransformer Crop(string[]? names = null, string source = "Image", int? seed = 7) =>
        new(new CropViewStep(new ShiftedCrop { OutputSize = new ImageSize(12, 8) }, names ?? Two, source, seed, contextSeed: null));

    /// <summary>A later step.</summary>
    public static AugmentationTransformer Extend(AugmentationStep step, params string[] names) =>
        new(new ExtendingViewStep(step, names.Length > 0 ? names : Two));

    /// <summary>The pixels of a column, by row identifier.</summary>
    public static SortedDictionary<ulong, string> Pixels(IDataView data, string column, Random? random = null)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([data.Schema[column]], random);
        return Pixels(cursor, column);
    }

    /// <summary>The pixels of a column of what is left of a cursor, by row identifier.</summary>
    public static SortedDictionary<ulong, string> Pixels(DataViewRowCursor cursor, string column)
    {
        var pixels = new SortedDictionary<ulong, string>();
        ValueGetter<MLImage> image = cursor.GetGetter<MLImage>(cursor.Schema[column]);
        ValueGetter<DataViewRowId> identifier = cursor.GetIdGetter();
        MLImage value = null!;
        DataViewRowId id = default;
        while (cursor.MoveNext())
        {
            identifier(ref id);
            image(ref value);
            pixels.Add(id.Low, Pixels(value));
        }

        value?.Dispose();
        return pixels;
    }

    /// <summary>An image's size and content as a text that is equal exactly for equal images.</summary>
    public static string Pixels(MLImage image) => $"{image.Width}x{image.Height} {Convert.ToBase64String(image.Pixels)}";
}
