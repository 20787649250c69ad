using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>
/// The two files of a sweep: rows, and beside them the facts of each run. A process that is killed leaves at most a line without its end, which is dropped
/// when the sweep goes on.
/// </summary>
internal sealed class SweepFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream? _lock;
    private readonly List<SweepRow> _rows;
    private readonly Dictionary<RunKey, RunFacts> _facts;
    private bool _isNew;

    private SweepFile(string path, FileStream? held)
    {
        _path = path;
        _lock = held;
        string[] lines = CompleteLines(path), facts = CompleteLines(FactsPath);
        if (lines is [not SweepRow.Header, ..])
            throw new InvalidDataException($"'{path}' does not begin with '{SweepRow.Header}': it is no file of a sweep. Name another --output.");
        _rows = [.. lines.Select((line, i) => (line, i)).Skip(1).Select(l => Read(path, l.i, () => SweepRow.Parse(l.line)))];

        if (_rows.CountBy(row => row.Key).FirstOrDefault(run => run.Value > 1) is { Key: { } twice })
            throw new InvalidDataException($"'{path}' has the run {twice} more than once. Remove all but one of its rows.");

        // The facts come first, so a kill between the two leaves facts without a row; the run is repeated, and its last line counts.
        _facts = facts.Select((line, i) => Read(FactsPath, i, () => RunFacts.Parse(line))).GroupBy(f => f.Key).ToDictionary(g => g.Key, g => g.Last());
        if (_rows.FirstOrDefault(row => !_facts.ContainsKey(row.Key)) is { } bare)
            throw new InvalidDataException($"'{FactsPath}' says nothing of the run {bare.Key}, so whether new runs can be compared with it is unknown. Restore the file, or name another --output.");
    }

    /// <summary>The completed runs, in the order of the file.</summary>
    public IReadOnlyList<SweepRow> Rows => _rows;

    /// <summary>Where the facts are.</summary>
    public string FactsPath => $"{_path}.runs.jsonl";

    /// <summary>Reads a file that another process may be writing.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no file of a sweep, or damaged.</exception>
    public static SweepFile Read(string path) =>
        File.Exists(path) ? new SweepFile(path, held: null) : throw new FileNotFoundException($"There is no file '{path}'. Run the sweep without --summary-only first.");

    /// <summary>Opens a file to add to it, and makes it when it is missing. One process at a time can.</summary>
    /// <exception cref="IOException">Another process adds to it.</exception>
    /// <exception cref="InvalidDataException">It is no file of a sweep, or damaged.</exception>
    public static SweepFile Open(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"'{path}' is a folder; --output names a file.");
        FileStream held;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            held = new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (File.Exists($"{path}.lock"))
        {
            throw new IOException($"Another sweep writes to '{path}'. Wait for it, or name another --output. ({e.Message})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--output: '{path}' cannot be written: {e.Message} Choose another folder.", e);
        }

        SweepFile? file = null;
        try
        {
            file = new SweepFile(path, held);
            DropTornLine(path);
            DropTornLine(file.FactsPath);
            file._isNew = !File.Exists(path);
            if (file._isNew || new FileInfo(path).Length == 0)
                Append(path, SweepRow.Header);
            return file;
        }
        catch
        {
            file?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Throws when a run that is to be made could not be compared with one that is in the file.</summary>
    /// <exception cref="InvalidOperationException">It could not; the message names the first difference.</exception>
    public void Check(RunFacts planned)
    {
        foreach (SweepRow row in _rows)
        {
            if (planned.DifferenceFrom(_facts[row.Key]) is { } difference)
                throw new InvalidOperationException($"The run {planned.Key} differs from {row.Key} in '{_path}': {difference}. Give the same options again, or name another --output.");
        }
    }

    /// <summary>Whether a run is in the file.</summary>
    public bool Contains(RunKey key) => _rows.Exists(row => row.Key == key);

    /// <summary>Adds a run: both lines whole and on the disk, the row last.</summary>
    public void Add(SweepRow row, RunFacts facts)
    {
        Append(FactsPath, facts.ToString());
        Append(_path, row.ToString());
        _facts[row.Key] = facts;
        _rows.Add(row);
    }

    /// <summary>Lets others write. A file that was made for nothing goes.</summary>
    public void Dispose()
    {
        if (_isNew && _rows.Count == 0)
        {
            File.Delete(_path);
            File.Delete(FactsPath);
        }

        _lock?.Dispose();
    }

    private static void Append(string path, string line)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.UTF8.GetBytes($"{line}\n"));
        file.Flush(flushToDisk: true);
    }

    private static string[] CompleteLines(string path) =>
        [.. Encoding.UTF8.GetString(UpToLastLineEnd(path)).TrimStart('\uFEFF').Split('\n')[..^1].Select(line => line.TrimEnd('\r'))];

    private static void DropTornLine(string path)
    {
        int whole = UpToLastLineEnd(path).Length;
        if (!File.Exists(path) || whole == new FileInfo(path).Length)
            return;
        using FileStream file = File.OpenWrite(path);
        file.SetLength(whole);
    }

    private static byte[] UpToLastLineEnd(string path)
    {
        if (!File.Exists(path))
            return [];

        // No more than its length: a device gives bytes without end.
        byte[] bytes = new byte[new FileInfo(path).Length];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..(bytes.AsSpan(0, read).LastIndexOf((byte)'\n') + 1)];
    }

    private static T Read<T>(string path, int line, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is FormatException or OverflowException or JsonException)
        {
            throw new InvalidDataException($"Line {line + 1} of '{path}' cannot be read: {e.Message} Correct or remove it, or name another --output.", e);
        }
    }
}
