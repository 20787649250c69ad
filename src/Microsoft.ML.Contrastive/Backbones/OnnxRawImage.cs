using Onnx;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>
/// From images as decoders give them to what a network sees, as nodes: the short side is fitted and the centre cropped, sizes and places as ML.NET's
/// <c>ResizeImages</c> with <c>IsoCrop</c> has them, the filter an antialiased bilinear one as in Pillow and torchvision.
/// </summary>
internal static class OnnxRawImage
{
    /// <summary>Writes the nodes.</summary>
    /// <param name="graph">The graph under construction.</param>
    /// <param name="images">Name of the value with the images, bytes [B, height, width, 3] of any size.</param>
    /// <returns>Name of the value with the pixels, floats 0 … 255 [B, 3, H, W] of the graph's size.</returns>
    public static string Write(OnnxGraphWriter graph, string images)
    {
        string pixels = graph.Transpose(graph.Cast(images, TensorProto.Types.DataType.Float), 0, 3, 1, 2);
        string target = graph.Initializer("target", [graph.ImageHeight, graph.ImageWidth], 2);
        string given = graph.Cast(graph.Shape(pixels, 2, 4), TensorProto.Types.DataType.Float);
        string fitted = graph.Multiply(given, graph.LargestOf(graph.Divide(target, given)));

        // Rounding may leave the side that fits a hair below the target.
        string size = graph.Max(graph.Floor(fitted), target);
        string start = graph.Max(graph.Floor(graph.Multiply(graph.Subtract(fitted, target), graph.Scalar(0.5f))), graph.Scalar(0));
        string resized = graph.Resize(pixels, graph.Cast(size, TensorProto.Types.DataType.Int64));
        return graph.Crop(resized, graph.Cast(start, TensorProto.Types.DataType.Int64), graph.ImageHeight, graph.ImageWidth);
    }
}
