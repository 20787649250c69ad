using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Augment;

/// <summary>
/// Pixel operations, each through the renderer with a recipe that asks for that operation alone. The library follows Pillow (<c>pil_*</c>)
/// throughout, and torchvision's sampled kernel (<c>torchvision_k*</c>) for the blur that SimCLR and BYOL use. What an entry asks for stands in
/// its name.
/// </summary>
internal sealed class AugmentFamily : GoldenFamily
{
    public override string Name => "augment";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        var input = c.Input("image");
        var image = new SourceImage(input.Bytes(), input.Shape[1], input.Shape[0]);
        // What the parameters list stands in the names of the entries too. The name of a photograph may have underscores of its own.
        c.Params.Informational("licence", "layout", "factors", "orders", "sigmas", "torchvision_kernel_size", "boxes", "sizes", "order", "thresholds");
        c.Params.Require("height", $"{image.Height}");
        c.Params.Require("width", $"{image.Width}");
        string photograph = c.Params.Text("image") ?? c.Name[..c.Name.IndexOf('_', StringComparison.Ordinal)];
        string operation = c.Name[(photograph.Length + 1)..];
        foreach (string entry in c.ExpectedNames)
        {
            if (c.IsOptional(entry))
                continue; // A variant of another implementation: the library follows Pillow.
            if (entry == "tensor" || entry.StartsWith("tensor_", StringComparison.Ordinal))
                check.NotCompared(entry, "torchvision on uint8 tensors; the library follows Pillow");
            else if (entry.StartsWith("true_gaussian_", StringComparison.Ordinal))
                check.NotCompared(entry, "an exact Gaussian; the library follows Pillow and torchvision's kernel");
            else
                RunEntry(operation, entry, image, c, check);
        }
    }

    private static void RunEntry(string operation, string entry, SourceImage image, GoldenCase c, GoldenCheck check)
    {
        string[] words = entry.Split('_');
        float Value() => float.Parse(words[^1], CultureInfo.InvariantCulture);
        if (words[0] is not ("pil" or "torchvision" or "out" or "threshold" or "normalized") || (words[0] == "torchvision" && operation != "gaussian_blur"))
            throw new InvalidDataException($"'{entry}': '{words[0]}' is none of the implementations that this runner knows.");
        var whole = image.Whole();
        switch (operation)
        {
            case "resized_crop":
                int[] box = [.. words[2..6].Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
                short size = short.Parse(words[6]["to".Length..], CultureInfo.InvariantCulture);
                check.Image(entry, image.Render(new ViewRecipe
                {
                    CropY = box[0],
                    CropX = box[1],
                    CropHeight = box[2],
                    CropWidth = box[3],
                    OutputWidth = size,
                    OutputHeight = size,
                    Filter = words[1] switch
                    {
                        "bilinear" => ResizeFilter.Bilinear,
                        "bicubic" => ResizeFilter.Bicubic,
                        _ => throw new InvalidDataException($"'{entry}': there is no filter '{words[1]}'."),
                    },
                }));
                break;
            case "flip":
                check.Image(entry, image.Render(whole with { Flip = true }));
                break;
            case "brightness":
                check.Image(entry, image.Render(whole with { HasColor = true, Brightness = Value() }));
                break;
            case "contrast":
                check.Image(entry, image.Render(whole with { HasColor = true, Contrast = Value() }));
                break;
            case "saturation":
                check.Image(entry, image.Render(whole with { HasColor = true, Saturation = Value() }));
                break;
            case "hue":
                check.Image(entry, image.Render(whole with { HasColor = true, Hue = Value() }));
                break;
            case "color_jitter_composed":
                var factors = c.Params.GetProperty("factors");
                check.Image(entry, image.Render(whole with
                {
                    HasColor = true,
                    Brightness = factors.GetProperty("brightness").GetSingle(),
                    Contrast = factors.GetProperty("contrast").GetSingle(),
                    Saturation = factors.GetProperty("saturation").GetSingle(),
                    Hue = factors.GetProperty("hue").GetSingle(),
                    ColorOrder = Rank([.. words[^1].Select(digit => digit - '0')]),
                }));
                break;
            case "grayscale":
                check.Image(entry, image.Render(whole with { Grayscale = true }));
                break;
            case "gaussian_blur" when words[0] == "pil":
                check.Image(entry, image.Render(whole with { BlurSigma = Value() }));
                break;
            case "gaussian_blur":
                int kernel = int.Parse(words[1][1..], CultureInfo.InvariantCulture);
                check.Image(entry, kernel == KernelBlur.KernelSize(image.Height)
                    ? image.Render(whole with { BlurSigma = Value(), BlurOperator = BlurOperator.Kernel10Percent })
                    : image.KernelBlurred(kernel, Value()));
                break;
            case "solarize":
                // From 256 on nothing is bright enough.
                check.Image(entry, int.Parse(words[^1], CultureInfo.InvariantCulture) is var threshold and <= byte.MaxValue
                    ? image.Render(whole with { Solarize = true, SolarizeThreshold = (byte)threshold })
                    : image.Pixels);
                break;
            case "to_tensor_normalize":
                // A case stores every third row and column, or whatever its shape says.
                int rows = c.Expected(entry).Shape[1];
                check.Array(entry, image.Normalized(Triple(c, "mean"), Triple(c, "std"), stride: (image.Height + rows - 1) / rows));
                break;
            default:
                check.Unsupported($"no operation '{operation}'");
                break;
        }
    }

    private static (float, float, float) Triple(GoldenCase c, string name)
    {
        var values = c.Params.GetProperty(name);
        return (values[0].GetSingle(), values[1].GetSingle(), values[2].GetSingle());
    }

    /// <summary>Lexicographic rank of a permutation of 0 … 3: what <see cref="ViewRecipe.ColorOrder"/> holds.</summary>
    private static byte Rank(int[] order)
    {
        if (!order.Order().SequenceEqual([0, 1, 2, 3]))
            throw new InvalidDataException($"The order {string.Concat(order)} is not one of the four colour operations.");
        int rank = 0;
        for (int i = 0; i < order.Length; i++)
            rank = (rank * (order.Length - i)) + order.Skip(i + 1).Count(later => later < order[i]);
        return (byte)rank;
    }

    private sealed record SourceImage(byte[] Pixels, int Width, int Height)
    {
        public ViewRecipe Whole() => new()
        {
            CropWidth = Width,
            CropHeight = Height,
            OutputWidth = (short)Width,
            OutputHeight = (short)Height,
            Brightness = 1,
            Contrast = 1,
            Saturation = 1,
        };

        public byte[] Render(ViewRecipe recipe)
        {
            var rgb = new byte[recipe.OutputWidth * recipe.OutputHeight * 3];
            new ViewRenderer().Render(new RgbImage(Pixels, Width, Height), recipe, rgb);
            return rgb;
        }

        public byte[] KernelBlurred(int kernel, float sigma)
        {
            var planes = new byte[Pixels.Length];
            PlanarPixels.Unpack(Pixels, planes);
            var blur = new KernelBlur();
            for (int channel = 0; channel < 3; channel++)
                blur.Run(planes.AsSpan(channel * Width * Height, Width * Height), Width, Height, kernel, sigma);
            var rgb = new byte[planes.Length];
            PlanarPixels.Pack(planes, rgb);
            return rgb;
        }

        public float[] Normalized((float R, float G, float B) mean, (float R, float G, float B) std, int stride)
        {
            var chw = new float[Pixels.Length];
            new ViewRenderer().Render(new RgbImage(Pixels, Width, Height), Whole(), new PixelNormalization(mean, std), chw);
            var kept = new List<float>();
            for (int channel = 0; channel < 3; channel++)
            {
                for (int y = 0; y < Height; y += stride)
                {
                    for (int x = 0; x < Width; x += stride)
                        kept.Add(chw[(((channel * Height) + y) * Width) + x]);
                }
            }
            return [.. kept];
        }
    }
}
