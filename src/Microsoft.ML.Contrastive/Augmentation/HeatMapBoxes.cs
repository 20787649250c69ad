namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// ContrastiveCrop's semantic-aware localisation (Peng et al., CVPR 2022, section 3.2): each image's crops are centred in a box around what the encoder responds to. The
/// trainer encodes all images before some of the epochs and encloses what is hot in the last feature map; see <see cref="ImageRegion.FromHeatMap"/>.
/// </summary>
/// <remarks>
/// <para>A box is known only to the trainer: view columns that are read otherwise, such as a preview, show crops as they are before the first boxes. Boxes are part of a run's
/// state, and so of its checkpoints: a resumed run has the views of one that was never interrupted.</para>
/// <para>Needs an encoder with a feature map (ResNets), and views that the trainer renders itself. Cost: a forward pass over all images each time.</para>
/// </remarks>
public sealed record HeatMapBoxes
{
    /// <summary>Default of <see cref="Threshold"/>: the authors' (<c>box_thresh</c>), on small data and ImageNet.</summary>
    public const double DefaultThreshold = 0.1;

    /// <summary>Default of <see cref="EveryEpochs"/>: the authors' for ImageNet, of 100 epochs; they use 100 of 500 on small data.</summary>
    public const int DefaultEveryEpochs = 20;

    /// <summary>Values of the scaled heat map above it are inside the box: 0 to 1, without 1.</summary>
    /// <value>The default value is 0.1.</value>
    public double Threshold { get; init => field = CheckThreshold(value); } = DefaultThreshold;

    /// <summary>Epochs between two updates, at least 1. The first comes after as many (<c>warmup_epochs</c> and <c>loc_interval</c>, which are equal in every published configuration).</summary>
    /// <value>The default value is 20.</value>
    public int EveryEpochs
    {
        get;
        init => field = value >= 1 ? value : throw Setting.OutOfRange(nameof(EveryEpochs), value, "at least 1");
    }
    = DefaultEveryEpochs;

    /// <summary>
    /// Whether the centre is suppressed before the first boxes too, with the whole image as box. The authors' code crops uniformly until then, like
    /// <see cref="RandomResizedCrop"/>.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool SuppressCentreFromStart { get; init; }

    /// <summary>Whether the boxes are made anew before an epoch.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    internal bool IsDue(long epoch) => epoch > 0 && epoch % EveryEpochs == 0;

    internal static double CheckThreshold(double value) =>
        value is >= 0 and < 1 ? value : throw Setting.OutOfRange(nameof(Threshold), value, "0 to 1, without 1");
}
