using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Turns (source image, recipe) into pixels. Preview, view columns and training all call it, so what is previewed is what trains.
/// </summary>
/// <remarks>
/// One instance a worker: it owns its buffers, and allocates only when a view or a source is larger than any before. Every instance gives
/// the same pixels. Stages, each with 8 bits in and out: crop with resize and flip, colour in the recipe's order, grayscale, blur,
/// solarize, RandAugment, last grayscale; normalisation reads the final bytes. Semantics are those of torchvision on Pillow images.
/// </remarks>
internal sealed class ViewRenderer
{
    private readonly Resize _resize = new();
    private readonly BoxBlur _boxBlur = new();
    private readonly KernelBlur _kernelBlur = new();
    private readonly RandAugmentOperations _randAugment = new();
    private byte[] _planes = [];
    private byte[] _resized = [];

    /// <summary>Renders a view as packed pixels.</summary>
    /// <param name="source">The decoded image.</param>
    /// <param name="recipe">What to make of it.</param>
    /// <param name="rgb">Receives OutputHeight × OutputWidth × 3 bytes.</param>
    /// <exception cref="ArgumentException">The destination has another length, or the crop box does not touch the image.</exception>
    public void Render(RgbImage source, in ViewRecipe recipe, Span<byte> rgb)
    {
        RequireLength(rgb.Length, recipe);
        PlanarPixels.Pack(Planes(source, recipe), rgb);
    }

    /// <summary>Renders a view as normalised planes: the same bytes as the other overload, then normalised.</summary>
    /// <param name="source">The decoded image.</param>
    /// <param name="recipe">What to make of it.</param>
    /// <param name="normalization">Mean and standard deviation per channel.</param>
    /// <param name="chw">Receives 3 × OutputHeight × OutputWidth values.</param>
    /// <exception cref="ArgumentException">The destination has another length, or the crop box does not touch the image.</exception>
    public void Render(RgbImage source, in ViewRecipe recipe, PixelNormalization normalization, Span<float> chw)
    {
        RequireLength(chw.Length, recipe);
        PlanarPixels.Normalize(Planes(source, recipe), normalization, chw);
    }

    private static void RequireLength(int length, in ViewRecipe recipe)
    {
        if (recipe.OutputWidth < 1 || recipe.OutputHeight < 1 || length != recipe.OutputWidth * recipe.OutputHeight * 3)
            throw new ArgumentException($"A view of {recipe.OutputWidth}x{recipe.OutputHeight} has width × height × 3 values; there is room for {length}.");
    }

    private Span<byte> Planes(RgbImage source, in ViewRecipe recipe)
    {
        int width = recipe.OutputWidth;
        int height = recipe.OutputHeight;
        var planes = Scratch.Of(ref _planes, 3L * width * height);

        if (recipe.ResizedWidth > 0 || recipe.ResizedHeight > 0)
        {
            CropOfResized(source, recipe, planes);
        }
        else
        {
            var x = BoxSide.Create(recipe.CropX, recipe.CropWidth, source.Width);
            var y = BoxSide.Create(recipe.CropY, recipe.CropHeight, source.Height);
            _resize.Run(source, x, y, width, height, recipe.Filter, recipe.Flip, planes);
        }

        if (recipe.HasColor)
            Color(planes, recipe);
        if (recipe.Grayscale)
            Luma.Grayscale(planes);
        if (recipe.BlurSigma > 0)
            Blur(planes, recipe);
        if (recipe.Solarize)
            Solarize.Run(planes, recipe.SolarizeThreshold);
        (byte, byte, byte) fill = (recipe.FillRed, recipe.FillGreen, recipe.FillBlue);
        _randAugment.Run(planes, width, height, recipe.RandAugment1, recipe.RandAugment1Argument, recipe.RandAugment1Filter, fill);
        _randAugment.Run(planes, width, height, recipe.RandAugment2, recipe.RandAugment2Argument, recipe.RandAugment2Filter, fill);
        if (recipe.LastGrayscale)
            Luma.Grayscale(planes);
        return planes;
    }

    /// <summary>Resizes the whole image and copies whole pixels out of it.</summary>
    private void CropOfResized(RgbImage source, in ViewRecipe recipe, Span<byte> planes)
    {
        (int width, int height) = (recipe.ResizedWidth, recipe.ResizedHeight);
        // The recipe has the box in source pixels; in the resized image it lies on whole ones.
        double left = Math.Round((double)recipe.CropX * width / source.Width), top = Math.Round((double)recipe.CropY * height / source.Height);
        if (!(left >= 0 && top >= 0 && left + recipe.OutputWidth <= width && top + recipe.OutputHeight <= height))
            throw new ArgumentException($"A view of {recipe.OutputWidth}x{recipe.OutputHeight} at ({left}, {top}) does not fit into the image resized to {width}x{height}.");
        int x = recipe.Flip ? width - recipe.OutputWidth - (int)left : (int)left, y = (int)top;

        int length = width * height;
        var resized = Scratch.Of(ref _resized, 3L * length);
        _resize.Run(source, BoxSide.Create(0, source.Width, source.Width), BoxSide.Create(0, source.Height, source.Height), width, height, recipe.Filter, recipe.Flip, resized);
        for (int channel = 0; channel < 3; channel++)
        {
            for (int row = 0; row < recipe.OutputHeight; row++)
            {
                resized.Slice((channel * length) + ((y + row) * width) + x, recipe.OutputWidth)
                    .CopyTo(planes[(((channel * recipe.OutputHeight) + row) * recipe.OutputWidth)..]);
            }
        }
    }

    private static void Color(Span<byte> planes, in ViewRecipe recipe)
    {
        Span<byte> order = stackalloc byte[4];
        ColorOrder.Write(recipe.ColorOrder, order);
        foreach (byte operation in order)
        {
            switch (operation)
            {
                case ColorOrder.Brightness when recipe.Brightness != 1:
                    ColorOperations.Brightness(planes, recipe.Brightness);
                    break;
                case ColorOrder.Contrast when recipe.Contrast != 1:
                    ColorOperations.Contrast(planes, recipe.Contrast);
                    break;
                case ColorOrder.Saturation when recipe.Saturation != 1:
                    ColorOperations.Saturation(planes, recipe.Saturation);
                    break;
                case ColorOrder.Hue when recipe.Hue != 0:
                    Hue.Shift(planes, recipe.Hue);
                    break;
            }
        }
    }

    private void Blur(Span<byte> planes, in ViewRecipe recipe)
    {
        int width = recipe.OutputWidth;
        int height = recipe.OutputHeight;
        int length = width * height;
        // A grayscale view has three equal planes.
        int distinct = recipe.Grayscale ? 1 : 3;
        for (int channel = 0; channel < distinct; channel++)
        {
            var plane = planes.Slice(channel * length, length);
            if (recipe.BlurOperator == BlurOperator.PilRadius)
                _boxBlur.Run(plane, width, height, recipe.BlurSigma);
            else
                _kernelBlur.Run(plane, width, height, KernelBlur.KernelSize(height), recipe.BlurSigma);
        }
        for (int channel = distinct; channel < 3; channel++)
            planes[..length].CopyTo(planes[(channel * length)..]);
    }
}
