namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>What happens to images that cannot be decoded.</summary>
internal enum BrokenImages
{
    /// <summary>Nothing is checked beforehand: reading the row is an error that names the image, and <see cref="Dataset.Unreadable"/> lists it.</summary>
    WhenRead,

    /// <summary>Every image is decoded once at the start; those that cannot be are left out and named.</summary>
    LeaveOut,

    /// <summary>As <see cref="LeaveOut"/>, but one such image is an error.</summary>
    Refuse,
}

/// <summary>How a data set is opened, and what an archive from a stranger may cost.</summary>
internal sealed record DatasetOptions
{
    /// <summary>Name of the layout, one of <see cref="DatasetLayout.Names"/>; recognised when null.</summary>
    public string? Format { get; init; }

    /// <summary>A second place whose images are taken without their labels, as <see cref="Split.Unlabeled"/>.</summary>
    public string? Unlabeled { get; init; }

    /// <summary>What happens to images that cannot be decoded.</summary>
    public BrokenImages BrokenImages { get; init; }

    /// <summary>Most entries of an archive, and most files of a folder. An entry takes about 200 bytes of memory.</summary>
    public int MaximumEntries { get; init; } = 5_000_000;

    /// <summary>Most bytes of a file that is unpacked into memory: an image, or a compressed member of binary records.</summary>
    public long MaximumFileBytes { get; init; } = 1L << 30;

    /// <summary>Most bytes that a compressed tar may have when it is unpacked.</summary>
    public long MaximumUnpackedBytes { get; init; } = 512L << 30;

    /// <summary>Most unpacked bytes for each packed one, beyond the first <see cref="RatioFreeBytes"/>. Images hardly shrink: 100 is far from any real archive of them.</summary>
    public double MaximumRatio { get; init; } = 100;

    /// <summary>Unpacked bytes for which no ratio is asked.</summary>
    public long RatioFreeBytes { get; init; } = 256L << 20;

    /// <summary>Where compressed tars are kept unpacked; the user's cache folder when null.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Receives a line before something takes long.</summary>
    public Action<string>? Announce { get; init; }

    /// <summary>Stops the opening.</summary>
    public CancellationToken Cancellation { get; init; }
}
