using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>RandAugment's operations on planes, as Pillow carries them out on RGB images.</summary>
internal sealed class RandAugmentOperations
{
    /// <summary>Threshold of SolarizeAdd (RandAugment.py, <c>solarize_add</c>).</summary>
    private const int SolarizeAddThreshold = 128;

    private readonly AffineMove _move = new();
    private readonly Sharpness _sharpness = new();

    /// <summary>Carries out one operation.</summary>
    /// <param name="planes">3 × height × width bytes: red, green, blue.</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="operation">What to do.</param>
    /// <param name="argument">What it takes.</param>
    /// <param name="filter">How moves read between pixels.</param>
    /// <param name="fill">Colour of what moves leave empty.</param>
    public void Run(Span<byte> planes, int width, int height, RandAugmentOperation operation, float argument, ResizeFilter filter, (byte Red, byte Green, byte Blue) fill)
    {
        int whole = (int)argument;
        switch (operation)
        {
            case RandAugmentOperation.AutoContrast:
                ToneTables.OfChannels(planes, ToneTables.AutoContrast);
                break;
            case RandAugmentOperation.Equalize:
                ToneTables.OfChannels(planes, ToneTables.Equalize);
                break;
            case RandAugmentOperation.Invert:
                ToneTables.OfValues(planes, 0, static (v, _) => 255 - v);
                break;
            case RandAugmentOperation.Posterize:
                ToneTables.OfValues(planes, ~((1 << (8 - Math.Clamp(whole, 0, 8))) - 1), static (v, mask) => v & mask);
                break;
            case RandAugmentOperation.Solarize:
                ToneTables.OfValues(planes, whole, static (v, threshold) => v < threshold ? v : 255 - v);
                break;
            case RandAugmentOperation.SolarizeAdd:
                ToneTables.OfValues(planes, whole, static (v, added) => v < SolarizeAddThreshold ? v + added : v);
                break;
            case RandAugmentOperation.Color:
                ColorOperations.Saturation(planes, argument);
                break;
            case RandAugmentOperation.Contrast:
                ColorOperations.Contrast(planes, argument);
                break;
            case RandAugmentOperation.Brightness:
                ColorOperations.Brightness(planes, argument);
                break;
            case RandAugmentOperation.Sharpness:
                _sharpness.Run(planes, width, height, argument);
                break;
            case RandAugmentOperation.None:
                break;
            default:
                _move.Run(planes, width, height, AffineMove.Matrix.Of(operation, argument, width, height), filter, fill);
                break;
        }
    }
}
