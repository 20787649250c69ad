using System.IO.MemoryMappedFiles;
using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Decoded images in a memory-mapped file, for data sets beyond the memory: filled while the first epoch decodes, kept, and found again by later trainings while the
/// image files are unchanged.
/// </summary>
/// <remarks>
/// A store that is being filled is written to a file of another name, all of whose room is taken at the beginning, and gets its name when the last image is there; a
/// process that ends before leaves nothing under that name. Pixels are written through the file and read through the mapping: a disk that fails is then an error, not
/// the end of the process. The checksum of each image is verified when it is first read; a damaged one counts as missing, and the file is then given up at the end.
/// </remarks>
internal sealed unsafe class MappedImageStore : IImageStore
{
    private const string Unfinished = ".unfinished";
    private const byte Missing = 0, Unverified = 1, Present = 2;

    private readonly string _path;
    private readonly ImageFileIndex _index;
    private readonly long[] _offsets;
    private readonly uint[] _checksums;
    private readonly byte[] _states;
    private readonly MemoryMappedFile _mapping;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _pixels;
    private FileStream? _file;
    private volatile bool _damaged;
    private bool _disposed;

    /// <param name="path">The store's name.</param>
    /// <param name="index">The images.</param>
    /// <param name="file">The file; its length has been checked, as pages beyond a file's end end the process.</param>
    /// <param name="checksums">Checksum of each image.</param>
    /// <param name="present">Whether each image is there; <see langword="null"/> for a store that is to be filled.</param>
    private MappedImageStore(string path, ImageFileIndex index, FileStream file, uint[] checksums, bool[]? present)
    {
        (_path, _index, _checksums, _offsets) = (path, index, checksums, ImageStoreFormat.Offsets(index));
        _states = present is null ? new byte[checksums.Length] : Array.ConvertAll(present, p => p ? Unverified : Missing);
        _mapping = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _mapping.CreateViewAccessor(0, _offsets[^1], MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pixels);
        _pixels += _view.PointerOffset;
        if (present is null)
            _file = file;
        else
            file.Dispose();     // The mapping stays.
    }

    /// <summary>Whether images may still be added.</summary>
    public bool IsFilling => _file is not null;

    /// <summary>Why the store could not be filled; <see langword="null"/> while nothing went wrong.</summary>
    public string? Failure { get; private set; }

    /// <summary>What a store of these images needs on the disk, in bytes.</summary>
    public static long LengthOf(ImageFileIndex index) => ImageStoreFormat.Offsets(index)[^1];

    /// <summary>Opens a store that an earlier training has left.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="index">The images that it should hold.</param>
    /// <param name="problem">Why there is none, as the end of a sentence about the file; <see langword="null"/> where there is no such file.</param>
    /// <exception cref="IOException">What has the name is no store; or it cannot be read.</exception>
    public static MappedImageStore? TryOpen(string path, ImageFileIndex index, out string? problem)
    {
        problem = null;
        if (!File.Exists(path))
            return null;
        uint[] checksums = new uint[index.Entries.Length];
        bool[] present = new bool[index.Entries.Length];
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            if (file.Length > 0 && !ImageStoreFormat.IsStore(file.SafeFileHandle))
                throw new IOException($"'{path}' is not an image store, and is not replaced. Move it away, or choose another folder.");
            problem = ImageStoreFormat.Read(file.SafeFileHandle, index, checksums, present);
            if (problem is null)
                return new MappedImageStore(path, index, file, checksums, present);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Makes a store to be filled, in place of one that is there.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="index">The images that it is to hold.</param>
    /// <exception cref="IOException">The disk has no room, which is then taken from nobody; or the folder cannot be written to.</exception>
    public static MappedImageStore Create(string path, ImageFileIndex index)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        DeleteAbandoned(folder, Path.GetFileName(path));
        File.Delete(path);
        long needed = LengthOf(index), free = new DriveInfo(folder).AvailableFreeSpace;
        if (needed > free)
            throw new IOException($"The decoded images need {ByteCount.Text(needed)} in '{folder}', where {ByteCount.Text(free)} are free.");
        string unfinished = $"{path}.{Guid.NewGuid():N}{Unfinished}";
        FileStream? file = null;
        try
        {
            // Nobody else opens it while it is locked; that is also how an abandoned one is known.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0, PreallocationSize = needed };
            file = new FileStream(unfinished, options);
            file.SetLength(needed);
            return new MappedImageStore(path, index, file, new uint[index.Entries.Length], present: null);
        }
        catch (Exception e)
        {
            file?.Dispose();
            File.Delete(unfinished);
            if (e is IOException)
                throw new IOException($"The decoded images need {ByteCount.Text(needed)} in '{folder}', which cannot be had ({ByteCount.Text(free)} are free): {e.Message}", e);
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryGet(int index, out RgbImage image)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        image = default;
        byte state = Volatile.Read(ref _states[index]);
        if (state == Missing)
            return false;
        ImageSize size = _index.Entries[index].Size;
        image = new RgbImage(new ReadOnlySpan<byte>(_pixels + _offsets[index], (int)(size.Area * 3)), size.Width, size.Height);
        if (state == Present)
            return true;
        bool whole = ImageStoreFormat.Checksum(image.Pixels) == _checksums[index];
        _damaged |= !whole;
        Volatile.Write(ref _states[index], whole ? Present : Missing);
        return whole;
    }

    /// <inheritdoc/>
    public bool TryAdd(int index, RgbImage image)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_file is not { } file || Failure is not null || new ImageSize(image.Width, image.Height) != _index.Entries[index].Size)
            return false;
        try
        {
            RandomAccess.Write(file.SafeFileHandle, image.Pixels, _offsets[index]);
        }
        catch (IOException e)
        {
            Failure = e.Message;
            return false;
        }

        _checksums[index] = ImageStoreFormat.Checksum(image.Pixels);
        Volatile.Write(ref _states[index], Present);
        return true;
    }

    /// <summary>Gives the store its name, for later trainings. No image may be added meanwhile or later; those that are missing cannot be decoded.</summary>
    public void Complete()
    {
        if (_file is not { } file || Failure is not null)
            return;
        try
        {
            ImageStoreFormat.Write(file.SafeFileHandle, _index, _offsets[^1], _checksums, Array.ConvertAll(_states, s => s != Missing));
            file.Dispose();
            File.Move(file.Name, _path, overwrite: true);
            _file = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = e.Message;
        }
    }

    /// <summary>Lets go of the mapping. A store that was not completed, or turned out to be damaged, leaves no file.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _mapping.Dispose();
        if (_file is { } file)
        {
            file.Dispose();
            File.Delete(file.Name);
        }
        else if (_damaged)
        {
            File.Delete(_path);
        }
    }

    /// <summary>Clears away what processes have left that were killed while they filled a store.</summary>
    private static void DeleteAbandoned(string folder, string name)
    {
        foreach (string file in Directory.EnumerateFiles(folder, $"{name}.*{Unfinished}"))
        {
            try
            {
                using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                    File.Delete(file);
            }
            catch (IOException)
            {
                // Its process is alive.
            }
        }
    }
}
