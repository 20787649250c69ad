using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>Chooses where a training's decoded images are kept: in memory, in a mapped file, nowhere.</summary>
internal static class ImageStores
{
    /// <summary>Folder of the stores in a workspace, and below the user's cache folder.</summary>
    private const string FolderName = "images";

    /// <summary>Opens the images of a column.</summary>
    /// <returns><see langword="null"/> when they can neither be decoded from files nor kept in memory; the log says why.</returns>
    /// <exception cref="InvalidOperationException">The storage that was asked for is not to be had.</exception>
    public static StoredImages? Open(IDataView data, DataViewSchema.Column image, TrainingOptions options, ImageErrors errors, IChannel channel)
    {
        var orientations = new OrientationTally();
        long maximum = options.MaximumStoreBytes ?? ImageStore.DefaultMaximumBytes;
        StoredImages? images = ImageColumnFiles.TryFind(data, image, out string obstacle, options.CancellationToken) is { } files
            ? OpenFiles(files, maximum, options, errors, orientations, channel)
            : OpenColumn(data, image, obstacle, maximum, options, errors, orientations, channel);
        if (orientations.Warning is { } warning)
            channel.Warning(MessageSensitivity.None, "{0}", warning);
        if (images is not null)
            errors.Summarize(images.Count);
        return images;
    }

    private static StoredImages? OpenColumn(
        IDataView data, DataViewSchema.Column image, string obstacle, long maximum, TrainingOptions options, ImageErrors errors, OrientationTally orientations, IChannel channel)
    {
        string reason = $"The images of the column '{image.Name}' cannot be decoded in any order: {obstacle}.";
        if (options.ImageStorage is ImageStorage.MappedFile or ImageStorage.Streaming || options.StoredShorterSide is not null)
            throw new InvalidOperationException(
                $"{reason} {(options.StoredShorterSide is null ? $"{nameof(options.ImageStorage)} = {options.ImageStorage}" : nameof(options.StoredShorterSide))} needs "
                    + "images that LoadImages has read and no step has changed. Leave the option out.");
        StoredImages? images = ImageColumnReader.Read(data, image, maximum, errors, orientations, channel, options.CancellationToken);
        string needs = $"The decoded images need more than {ByteCount.Text(maximum)} ({nameof(options.MaximumStoreBytes)})";
        if (images is null && options.ImageStorage == ImageStorage.Memory)
            throw new InvalidOperationException($"{needs}, and {nameof(options.ImageStorage)} is {ImageStorage.Memory}. Allow more, or choose {ImageStorage.Automatic}.");
        if (images is null)
            channel.Warning(MessageSensitivity.None, "{0}", $"{needs}: they are decoded anew in every epoch, through cursors, which is slower. {reason} Smaller images, or more memory, avoid it.");
        else
            channel.Info(MessageSensitivity.None, "{0}", $"{reason} All {images.Count} were read into memory first.");
        return images;
    }

    private static StoredImages OpenFiles(
        ImageColumnFiles files, long maximum, TrainingOptions options, ImageErrors errors, OrientationTally orientations, IChannel channel)
    {
        var entries = new ImageFileEntry[files.Paths.Length];
        var inspections = new ImageInspection[files.Paths.Length];
        Parallel.For(0, entries.Length, new ParallelOptions { CancellationToken = options.CancellationToken }, i =>
            entries[i] = ImageFileIndex.Inspect(files.Paths[i], options.StoredShorterSide, out inspections[i]));
        foreach ((int row, ImageInspection inspection) in inspections.Index())
        {
            if (inspection.IsUsable)
                orientations.Add(inspection);
            else
                errors.Add(new InvalidOperationException($"The image '{inspection.Path}' {inspection.Problem}."), files.Ids[row]);
        }

        errors.Summarize(inspections.Count(i => i.IsUsable));
        var index = new ImageFileIndex([.. entries.Where((_, i) => inspections[i].IsUsable)], options.StoredShorterSide);
        IImageStore? store = OpenStore(index, maximum, options, channel);
        return new StoredImages([.. files.Ids.Where((_, i) => inspections[i].IsUsable)], index, store, errors, channel);
    }

    private static IImageStore? OpenStore(ImageFileIndex index, long maximum, TrainingOptions options, IChannel channel)
    {
        string images = $"{index.Entries.Length} images, {ByteCount.Text(index.PixelBytes)} when decoded,";
        switch (options.ImageStorage)
        {
            case ImageStorage.Streaming:
                Info($"{images} are decoded anew in every epoch.");
                return null;
            case ImageStorage.Automatic or ImageStorage.Memory when index.PixelBytes <= maximum:
                Info($"{images} are kept in memory and decoded while the first epoch trains.");
                return new ImageStore(maximum);
            case ImageStorage.Memory:
                throw new InvalidOperationException(
                    $"{images} are more than {ByteCount.Text(maximum)} ({nameof(options.MaximumStoreBytes)}), and {nameof(options.ImageStorage)} is {ImageStorage.Memory}. "
                        + $"Allow more, set {nameof(options.StoredShorterSide)}, or choose {ImageStorage.Automatic}.");
        }

        string path = PathOf(index, options);
        try
        {
            if (MappedImageStore.TryOpen(path, index, out string? problem) is { } found)
            {
                Info($"{images} were found in '{path}'.");
                return found;
            }

            if (problem is not null)
                Info($"'{path}' {problem}: it is made anew.");
            var store = MappedImageStore.Create(path, index);
            Info($"{images} are kept in '{path}', for later trainings too ({nameof(options.ImageStorePath)}); they are decoded while the first epoch trains.");
            return store;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (options.ImageStorage == ImageStorage.MappedFile)
                throw new InvalidOperationException(
                    $"{e.Message} Make room, set {nameof(options.ImageStorePath)} to a folder on another disk, set {nameof(options.StoredShorterSide)}, or choose "
                        + $"{nameof(options.ImageStorage)} = {ImageStorage.Streaming}.",
                    e);
            channel.Warning(
                MessageSensitivity.None, "{0}",
                $"{e.Message} {images} are decoded anew in every epoch, which is slower. Make room, set {nameof(options.ImageStorePath)} to a folder on another disk, or set "
                    + $"{nameof(options.StoredShorterSide)}.");
            return null;
        }

        void Info(string message) => channel.Info(MessageSensitivity.None, "{0}", message);
    }

    /// <summary>One file for the images below a folder: a store of what was there before is replaced.</summary>
    private static string PathOf(ImageFileIndex index, TrainingOptions options)
    {
        string folder = options.ImageStorePath ?? Path.Combine(options.WorkspacePath ?? UserCache, FolderName);
        byte[] root = SHA256.HashData(Encoding.UTF8.GetBytes($"{index.Root}\n{options.StoredShorterSide}"));
        return Path.Combine(Path.GetFullPath(folder), $"{Convert.ToHexStringLower(root.AsSpan(0, 8))}.images");
    }

    private static string UserCache => OperatingSystem.IsLinux()
        ? PrivateCache.Folders().First()
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "microsoft-ml-contrastive");
}
