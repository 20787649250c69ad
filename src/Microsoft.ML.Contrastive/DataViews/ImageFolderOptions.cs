namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Options of <see cref="ContrastiveCatalog.LoadImagesFromFolder(string, ImageFolderOptions)"/>.</summary>
public sealed class ImageFolderOptions
{
    /// <summary>Whether folders in the folder are searched as well. Needed for class folders.</summary>
    /// <value>The default value is true.</value>
    public bool Recursive { get; set; } = true;

    /// <summary>
    /// Whether every file is decoded once beforehand, and those that cannot be are left out and named in the log. Without it, an unreadable file is an
    /// error when its row is read.
    /// </summary>
    /// <value>The default value is false: it reads every file.</value>
    public bool Validate { get; set; }
}
