using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Microsoft.ML.Contrastive.Cli.Download;

/// <summary>
/// Gets a file into a folder, or nothing that looks like it: bytes go to <c>NAME.part</c>, which a later attempt continues, and the file has its name once its length and checksum
/// are right.
/// </summary>
/// <param name="client">What fetches.</param>
/// <param name="folder">The folder; made when it is not there.</param>
internal sealed class FileDownload(HttpClient client, string folder)
{
    private const int BufferSize = 1 << 17;

    /// <summary>Attempts in a row that bring no byte before it is given up.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long to wait before the next attempt, times the number of attempts so far.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a server may send nothing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Receives a file's name, how many of its bytes are there, and how many there will be.</summary>
    public Action<string, long, long>? Progress { get; init; }

    /// <summary>Path of a file once it is there.</summary>
    public string PathOf(PublishedFile file) => Path.Combine(folder, file.Name);

    /// <summary>Whether a file is there already.</summary>
    /// <exception cref="InvalidDataException">A file of its name is there and is another.</exception>
    public bool IsThere(PublishedFile file)
    {
        string path = PathOf(file);
        if (!File.Exists(path))
            return false;
        if (new FileInfo(path).Length == file.Length && file.ChecksumOf(path) == file.Checksum)
            return true;
        throw new InvalidDataException($"'{path}' is there but is not the published file: its {file.Algorithm} is not {file.Checksum}. Remove it, or choose another --output.");
    }

    /// <summary>Takes a file from the disk.</summary>
    /// <exception cref="InvalidDataException">It is another file.</exception>
    public void Take(PublishedFile file, string source)
    {
        if (new FileInfo(source) is { } info && info.Length != file.Length)
            throw new InvalidDataException($"'{source}' has {info.Length} bytes; {file.Name} has {file.Length}. It is cut off, or another file.");
        Directory.CreateDirectory(folder);
        File.Copy(source, Part(file), overwrite: true);
        Finish(file, source);
    }

    /// <summary>Downloads a file, continuing what is there.</summary>
    /// <param name="file">The file.</param>
    /// <param name="address">Where to get it.</param>
    /// <param name="cancellation">Stops; what is there stays for the next attempt.</param>
    /// <exception cref="IOException">It cannot be reached or written; the message says what to do.</exception>
    /// <exception cref="InvalidDataException">What was sent is another file.</exception>
    public async Task GetAsync(PublishedFile file, Uri address, CancellationToken cancellation)
    {
        string part = Part(file);
        for (int attempt = 1; ;)
        {
            long before = File.Exists(part) ? new FileInfo(part).Length : 0;
            if (before == file.Length)
                break;
            if (before > file.Length)
                File.Delete(part);
            RequireRoom(file, before);
            Exception? cut = await TryGetAsync(file, address, part, cancellation).ConfigureAwait(false);
            long after = File.Exists(part) ? new FileInfo(part).Length : 0;
            if (cut is null && after == file.Length)
                break;
            attempt = after > before ? 1 : attempt + 1;
            if (attempt > Attempts || IsOffline(cut))
                throw Unreachable(file, address, after, cut);
            await Task.Delay(Pause * attempt, cancellation).ConfigureAwait(false);
        }

        Finish(file, address.ToString());
    }

    /// <summary>One connection.</summary>
    /// <returns>Why it ended, when that is worth another attempt.</returns>
    private async Task<Exception?> TryGetAsync(PublishedFile file, Uri address, string part, CancellationToken cancellation)
    {
        using var stalled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            long have = File.Exists(part) ? new FileInfo(part).Length : 0;
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (have > 0)
                request.Headers.Range = new RangeHeaderValue(have, null);
            stalled.CancelAfter(Patience);
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stalled.Token).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
                return new HttpRequestException($"it answers {(int)response.StatusCode} ({response.ReasonPhrase})");
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                File.Delete(part);
                return new HttpRequestException("it cannot continue the file");
            }

            if (!response.IsSuccessStatusCode)
                throw new IOException($"{address} answers {(int)response.StatusCode} ({response.ReasonPhrase}): the file is not there, or not for everybody. {ByHand(file, address)}");
            bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
            await CopyAsync(file, response, part, continues ? have : 0, stalled).ConfigureAwait(false);
            return null;
        }
        catch (HttpRequestException error)
        {
            return error;
        }
        catch (Exception error) when (error is HttpIOException or SocketException or IOException { InnerException: SocketException })
        {
            return error;
        }
        catch (OperationCanceledException error) when (!cancellation.IsCancellationRequested)
        {
            return new TimeoutException($"it has sent nothing for {Patience.TotalSeconds:0} s", error);
        }
    }

    private async Task CopyAsync(PublishedFile file, HttpResponseMessage response, string part, long start, CancellationTokenSource stalled)
    {
        byte[] buffer = new byte[BufferSize];
        Stream body = await response.Content.ReadAsStreamAsync(stalled.Token).ConfigureAwait(false);

        Directory.CreateDirectory(folder);

        // Without a buffer: a disk that is full is noticed where it is written to, not when the file is closed.
        using var target = new FileStream(part, start > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (long length = start; ;)
        {
            Progress?.Invoke(file.Name, length, file.Length);
            stalled.CancelAfter(Patience);
            int read = await body.ReadAsync(buffer, stalled.Token).ConfigureAwait(false);
            if (read == 0)
                break;
            length += read;
            if (length > file.Length)
            {
                target.SetLength(0);
                throw new InvalidDataException($"{response.RequestMessage?.RequestUri} sends more than the {file.Length} bytes of {file.Name}: it is another file, or a page that says why not.");
            }

            Write(target, buffer.AsSpan(0, read), file);
        }
    }

    private void Write(FileStream target, ReadOnlySpan<byte> bytes, PublishedFile file)
    {
        try
        {
            target.Write(bytes);
        }
        catch (IOException error)
        {
            throw new InvalidOperationException(
                $"'{folder}' cannot take more of {file.Name}: {error.Message.TrimEnd('.')}. Make room there, {file.Length} bytes in all, and say the same again, or choose "
                    + "another --output.",
                error);
        }
    }

    /// <summary>Gives the file its name when it is the published one, else removes it.</summary>
    private void Finish(PublishedFile file, string source)
    {
        string part = Part(file), checksum = file.ChecksumOf(part);
        if (checksum != file.Checksum)
        {
            File.Delete(part);
            throw new InvalidDataException(
                $"{source} is not the published {file.Name}: its {file.Algorithm} is {checksum}, that of the published one {file.Checksum}. It was damaged on the way, or "
                    + "changed. Get it again.");
        }

        File.Move(part, PathOf(file), overwrite: true);
    }

    private void RequireRoom(PublishedFile file, long have)
    {
        string existing = Path.GetFullPath(folder);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } above)
            existing = above;
        long free = new DriveInfo(existing).AvailableFreeSpace;
        if (free < file.Length - have)
            throw new IOException($"'{folder}' has {free} bytes left, {file.Name} needs {file.Length - have} more. Make room there, or choose another --output.");
    }

    /// <summary>Whether there is nobody to ask again in a moment.</summary>
    private static bool IsOffline(Exception? cause) =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError };

    private static IOException Unreachable(PublishedFile file, Uri address, long have, Exception? cause) => new(
        $"{address} cannot be {(have > 0 ? $"read beyond byte {have} of {file.Length}" : "reached")}: {cause?.Message.TrimEnd('.') ?? "it ends early"}. "
            + $"{(have > 0 ? "The same command goes on from there. " : "")}{ByHand(file, address)}", cause);

    private static string ByHand(PublishedFile file, Uri address) =>
        $"Without a connection: get {file.Name} from {address} elsewhere and name it, --from {file.Name}.";

    private string Part(PublishedFile file) => PathOf(file) + ".part";
}
