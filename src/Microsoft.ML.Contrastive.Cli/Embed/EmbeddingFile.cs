namespace Microsoft.ML.Contrastive.Cli.Embed;

/// <summary>A file of embeddings that is being written: a row an image. It gets its name when it is whole.</summary>
internal abstract class EmbeddingFile : IDisposable
{
    private const string Unfinished = ".new";

    private readonly string _path;

    /// <param name="path">The file.</param>
    private protected EmbeddingFile(string path)
    {
        _path = path;
        Stream = new FileStream(path + Unfinished, FileMode.Create, FileAccess.Write);
    }

    /// <summary>Extensions that are known.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".csv", ".npy", ".parquet"];

    /// <summary>What is written to.</summary>
    private protected FileStream Stream { get; }

    /// <summary>Begins a file of the kind that its extension names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimension">Number of features.</param>
    public static EmbeddingFile Create(string path, int dimension) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".npy" => new NpyEmbeddings(path, dimension),
        ".parquet" => new ParquetEmbeddings(path, dimension),
        _ => new CsvEmbeddings(path, dimension),
    };

    /// <summary>Adds a row.</summary>
    public abstract void Add(string fileName, ReadOnlySpan<float> embedding);

    /// <summary>Gives the file its name.</summary>
    public virtual void Complete()
    {
        Stream.Dispose();
        File.Move(_path + Unfinished, _path, overwrite: true);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        try
        {
            // A full disk may be found out here only, when the last bytes are written.
            Stream.Dispose();
        }
        finally
        {
            File.Delete(_path + Unfinished);
        }
    }
}
