using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// What stands before the network on every path, in memory and saved alike: ML.NET's own resize (short side fitted, centre cropped) and
/// pixel extraction, to a vector of 3 × H × W values 0 … 255 in the order red, green, blue. Normalisation is part of the network.
/// </summary>
internal sealed class EncoderInput
{
    public EncoderInput(TransformsCatalog catalog, string imageColumn, string outputColumn, int height, int width)
    {
        PixelCount = checked(3 * height * width);
        ImageColumn = imageColumn;
        ResizedColumn = $"{outputColumn}.Resized";
        PixelColumn = $"{outputColumn}.Pixels";
        Estimator = catalog
            .ResizeImages(ResizedColumn, width, height, imageColumn, ImageResizingEstimator.ResizingKind.IsoCrop)
            .Append(catalog.ExtractPixels(PixelColumn, ResizedColumn, orderOfExtraction: ImagePixelExtractingEstimator.ColorsOrder.ARGB));
    }

    public string ImageColumn { get; }

    public string ResizedColumn { get; }

    public string PixelColumn { get; }

    /// <summary>Number of values a row: 3 × H × W.</summary>
    public int PixelCount { get; }

    public EstimatorChain<ImagePixelExtractingTransformer> Estimator { get; }

    /// <summary>The steps, fitted to data of this schema. Nothing is read: both steps are fixed by their settings.</summary>
    public TransformerChain<ImagePixelExtractingTransformer> For(DataViewSchema schema) => Estimator.Fit(new EmptyView(schema));
}
