using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>The renderer's stages, each by itself.</summary>
internal static class RenderingStages
{
    private delegate void PlaneOperation(Span<byte> plane);

    /// <summary>Name and work of each, for square images.</summary>
    public static IEnumerable<(string Name, Action Run)> Of(int source, int view)
    {
        byte[] pixels = SyntheticImages.Pixels(source, seed: 1);
        var planes = new byte[3 * view * view];
        var normalized = new float[planes.Length];
        var (resize, weights, box, kernel) = (new Resize(), new ResampleWeights(), new BoxBlur(), new KernelBlur());
        PlanarPixels.Unpack(SyntheticImages.Pixels(view, seed: 2), planes);

        // Half the area of a source: RandomResizedCrop's scale is 0.54 on average.
        yield return ("crop, resize, flip", () => Crop(source * 0.73f));
        yield return ("the same of the whole image", () => Crop(source));
        yield return ("of which weights", Weigh);
        yield return ("brightness", () => ColorOperations.Brightness(planes, 1));
        yield return ("contrast", () => ColorOperations.Contrast(planes, 1));
        yield return ("saturation", () => ColorOperations.Saturation(planes, 1));
        yield return ("hue", () => Hue.Shift(planes, 0.1f));
        yield return ("box blur, σ = 0.5", () => Blur(plane => box.Run(plane, view, view, 0.5f)));
        yield return ("box blur, σ = 1.5", () => Blur(plane => box.Run(plane, view, view, 1.5f)));
        yield return ("kernel blur, σ = 1", () => Blur(plane => kernel.Run(plane, view, view, KernelBlur.KernelSize(view), 1)));
        yield return ("solarize", () => Imaging.Solarize.Run(planes, 128));
        yield return ("normalisation", () => PlanarPixels.Normalize(planes, PixelNormalization.ImageNet, normalized));
        yield return ("grayscale", () => Luma.Grayscale(planes));

        void Crop(float side)
        {
            var box = BoxSide.Create((source - side) / 2, side, source);
            resize.Run(new RgbImage(pixels, source, source), box, box, view, view, ResizeFilter.Bilinear, flip: true, planes);
        }

        void Weigh()
        {
            for (int axis = 0; axis < 2; axis++)
                weights.Compute(BoxSide.Create(0, source * 0.73f, source), view, ResizeFilter.Bilinear);
        }

        void Blur(PlaneOperation operation)
        {
            for (int channel = 0; channel < 3; channel++)
                operation(planes.AsSpan(channel * view * view, view * view));
        }
    }
}
