using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>The views of the original papers and their code, for images of any size.</summary>
internal static class PublishedViews
{
    /// <summary>SimCLR, appendix A: crop .08–1, jitter of strength 1 (.8, .8, .8, .2) in 80 %, grey in 20 %, blur with a kernel of 10 % in half.</summary>
    public static ViewAugmentation SimClr(int size) => new()
    {
        Crop = Crop(size, 0.08, 1, ResizeFilter.Bicubic),
        Flip = new HorizontalFlip { Probability = 0.5 },
        Color = Jitter(0.8, 0.8, 0.2),
        Grayscale = new RandomGrayscale { Probability = 0.2 },
        Blur = new GaussianBlur { Probability = 0.5, SigmaRange = (0.1, 2), Operator = BlurOperator.Kernel10Percent },
    };

    /// <summary>facebookresearch/moco, main_moco.py without --aug-plus: crop .2–1, jitter (.4, .4, .4, .4) always, grey in 20 %.</summary>
    public static ViewAugmentation MoCoV1(int size) => new()
    {
        Crop = Crop(size, 0.2, 1),
        Flip = new HorizontalFlip { Probability = 0.5 },
        Color = Jitter(0.4, 0.4, 0.4, probability: 1),
        Grayscale = new RandomGrayscale { Probability = 0.2 },
    };

    /// <summary>facebookresearch/moco, main_moco.py --aug-plus, and SimSiam: crop .2–1, jitter (.4, .4, .4, .1) in 80 %, grey in 20 %, blur in half.</summary>
    public static ViewAugmentation MoCoV2(int size) => new()
    {
        Crop = Crop(size, 0.2, 1),
        Flip = new HorizontalFlip { Probability = 0.5 },
        Color = Jitter(0.4, 0.4, 0.1),
        Grayscale = new RandomGrayscale { Probability = 0.2 },
        Blur = new GaussianBlur { Probability = 0.5, SigmaRange = (0.1, 2), Operator = BlurOperator.PilRadius },
    };

    /// <summary>
    /// HobbitLong/PyContrast, datasets/util.py, augmentation D ("used in InfoMin"): crop .2–1, jitter (.8, .8, .8, .2) in 80 %, blur in half with a kernel of 23, which at 224 is 10 %,
    /// RandAugment rand-n2-m10-mstd0.5, then grey in 20 %.
    /// </summary>
    public static ViewAugmentation InfoMin(int size) => new()
    {
        Crop = Crop(size, 0.2, 1),
        Flip = new HorizontalFlip { Probability = 0.5 },
        Color = Jitter(0.8, 0.8, 0.2),
        Blur = new GaussianBlur { Probability = 0.5, SigmaRange = (0.1, 2), Operator = BlurOperator.Kernel10Percent },
        RandAugment = new RandAugment { Operations = 2, Magnitude = 10, MagnitudeDeviation = 0.5, Probability = 0.5, Fill = (124, 116, 104) },
        Grayscale = new RandomGrayscale { Probability = 0.2, Last = true },
    };

    /// <summary>
    /// BYOL, table 6 (and after it MoCo v3): jitter (.4, .4, .2, .1) in 80 %, grey in 20 %; the first view is always blurred, the second in 10 %, and solarized
    /// in 20 %.
    /// </summary>
    public static ViewAugmentation[] Byol(int size, double minScale, ResizeFilter filter, BlurOperator blur)
    {
        var first = new ViewAugmentation
        {
            Crop = Crop(size, minScale, 1, filter),
            Flip = new HorizontalFlip { Probability = 0.5 },
            Color = Jitter(0.4, 0.2, 0.1),
            Grayscale = new RandomGrayscale { Probability = 0.2 },
            Blur = new GaussianBlur { Probability = 1, SigmaRange = (0.1, 2), Operator = blur },
        };
        return [first, first with { Blur = first.Blur with { Probability = 0.1 }, Solarize = new Solarize { Probability = 0.2 } }];
    }

    /// <summary>
    /// facebookresearch/dino, DataAugmentationDINO: two global crops, blurred always and in 10 %, the second solarized in 20 %, then local crops, blurred in half.
    /// </summary>
    public static ViewAugmentation[] Dino(int size, int localSize, int localViews, double split)
    {
        var first = new ViewAugmentation
        {
            Crop = Crop(size, split, 1, ResizeFilter.Bicubic),
            Flip = new HorizontalFlip { Probability = 0.5 },
            Color = Jitter(0.4, 0.2, 0.1),
            Grayscale = new RandomGrayscale { Probability = 0.2 },
            Blur = new GaussianBlur { Probability = 1, SigmaRange = (0.1, 2), Operator = BlurOperator.PilRadius },
        };
        ViewAugmentation local = first with { Crop = Crop(localSize, 0.05, split, ResizeFilter.Bicubic), Blur = first.Blur with { Probability = 0.5 } };
        ViewAugmentation second = first with { Blur = first.Blur with { Probability = 0.1 }, Solarize = new Solarize { Probability = 0.2 } };
        return [first, second, .. Enumerable.Repeat(local, localViews)];
    }

    public static RandomResizedCrop Crop(int size, double minScale, double maxScale, ResizeFilter filter = ResizeFilter.Bilinear) =>
        new() { OutputSize = new ImageSize(size, size), Scale = (minScale, maxScale), Filter = filter };

    public static ColorJitter Jitter(double strength, double saturation, double hue, double probability = 0.8) =>
        new() { Brightness = strength, Contrast = strength, Saturation = saturation, Hue = hue, Probability = probability };
}
