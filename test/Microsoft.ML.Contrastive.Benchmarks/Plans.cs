using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>The view plans that are measured.</summary>
internal static class Plans
{
    /// <summary>Two views with all of SimCLR's steps.</summary>
    public static ViewPlan Full(CropStep crop) => Cropped(crop)
        .Append(new HorizontalFlip())
        .Append(new ColorJitter())
        .Append(new RandomGrayscale())
        .Append(new GaussianBlur());

    /// <summary>Two views, cropped only.</summary>
    public static ViewPlan Cropped(CropStep crop) => ViewPlan.Create(seed: 1, ["View1", "View2"]).Append(crop);
}
