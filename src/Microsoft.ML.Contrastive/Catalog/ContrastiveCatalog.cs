using Microsoft.ML.Contrastive.DataViews;

namespace Microsoft.ML.Contrastive;

/// <summary>What this library adds to an <see cref="MLContext"/> beyond transforms: reached by <see cref="ContrastiveExtensions.Contrastive"/>.</summary>
public sealed class ContrastiveCatalog
{
    internal ContrastiveCatalog(MLContext context) => Context = context;

    /// <summary>The context that the catalog belongs to.</summary>
    internal MLContext Context { get; }

    /// <summary>The images below a folder as data: one row an image, columns <c>ImagePath</c> (text, full path) and <c>Label</c> (text).</summary>
    /// <param name="path">The folder: class folders with images in them, or images.</param>
    /// <param name="validate">
    /// Whether every file is decoded once beforehand, and those that cannot be are left out and named in the log. The default value is false.
    /// </param>
    /// <returns>
    /// Data that is ordered by the path relative to the folder, in the same order on every system, can be shuffled and read by several cursors.
    /// <c>Label</c> is the name of the folder in <paramref name="path"/> that the image is in, at whatever depth; empty, which is ML.NET's missing
    /// text, for images that lie in <paramref name="path"/> itself.
    /// </returns>
    /// <remarks>
    /// Files with the extensions .jpg, .jpeg, .png, .bmp, .webp and .gif, in any case; hidden files are left out. Follow it by
    /// <c>mlContext.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")</c>.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidOperationException">No image is in it, or none that can be decoded.</exception>
    public IDataView LoadImagesFromFolder(string path, bool validate = false) => LoadImagesFromFolder(path, new ImageFolderOptions { Validate = validate });

    /// <inheritdoc cref="LoadImagesFromFolder(string, bool)"/>
    /// <param name="path">The folder: class folders with images in them, or images.</param>
    /// <param name="options">Where to look, and whether to check.</param>
    public IDataView LoadImagesFromFolder(string path, ImageFolderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ImageFolder.Load(Context, path, options);
    }

    /// <summary>The trainers.</summary>
    public ContrastiveTrainers Trainers => new(Context);
}
