namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Where a crop lies whose middle is to be in a region (ContrastiveCrop, <c>get_params</c>).</summary>
internal static class CentredPlace
{
    /// <summary>Near edge, in whole pixels, of a side whose middle lies between two fractions of the image's side, as far as the image allows.</summary>
    public static int Rounded(double fraction, int length, double from, double to, int side)
    {
        int nearest = Math.Clamp((int)(length * from) - (side / 2), 0, length - side);
        int farthest = Math.Clamp((int)(length * to) - (side / 2), 0, length - side);
        return nearest + (int)((farthest - nearest) * fraction);
    }

    /// <summary>The same at fractions of pixels, as a fraction of what the image leaves.</summary>
    public static double OfSlack(double fraction, double length, double from, double to, double side)
    {
        double slack = length - side;
        if (slack <= 0)
            return 0;
        double nearest = Math.Clamp((length * from) - (side / 2), 0, slack), farthest = Math.Clamp((length * to) - (side / 2), 0, slack);
        return (nearest + ((farthest - nearest) * fraction)) / slack;
    }
}
