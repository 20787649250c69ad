namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>What a step may look at when it draws the parameters of a row: the image's size and the row's random numbers.</summary>
public readonly ref struct StepContext
{
    private readonly RowKey _key;
    private readonly uint _purpose;
    private readonly ReadOnlySpan<ulong> _viewKeys;

    internal StepContext(in RowKey key, ImageSize image, uint purpose, ReadOnlySpan<ulong> viewKeys, ImageRegion? region)
    {
        Region = region;
        _key = key;
        Image = image;
        _purpose = purpose;
        _viewKeys = viewKeys;
    }

    /// <summary>Size of the source image.</summary>
    public ImageSize Image { get; }

    /// <summary>The box that the trainer has made for the image (<see cref="HeatMapBoxes"/>); <see langword="null"/> while there is none.</summary>
    public ImageRegion? Region { get; }

    /// <summary>The random numbers of one view, for this step's purpose.</summary>
    /// <param name="view">Index of the view in the plan.</param>
    public RandomSequence View(int view) => new(_key, _viewKeys[view], _purpose);

    /// <summary>Random numbers of the row that several steps look at: those of a purpose rather than a step.</summary>
    internal RandomSequence Row(uint purpose) => new(_key, 0, purpose);

    /// <summary>Random numbers that the given views of a row share, for this step's purpose.</summary>
    /// <param name="targets">The views that the step is for. Two groups of views that differ in their first view share nothing.</param>
    public RandomSequence Shared(ReadOnlySpan<int> targets) => new(_key, ~_viewKeys[targets[0]], _purpose);
}
