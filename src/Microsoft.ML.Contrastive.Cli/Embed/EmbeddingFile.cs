using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

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
    public static IReadOnlyList<string> Extensions { get; } = [".csv", ".npy"];

    /// <summary>What is written to.</summary>
    private protected FileStream Stream { get; }

    /// <summary>Begins a file of the kind that its extension names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimension">Number of features.</param>
    public static EmbeddingFile Create(string path, int dimension) => Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase) ? new Npy(path, dimension) : new Csv(path, dimension);

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
        Stream.Dispose();
        File.Delete(_path + Unfinished);
    }

    /// <summary><c>filename,embedding_0,embedding_1,…</c></summary>
    private sealed class Csv : EmbeddingFile
    {
        private readonly StreamWriter _text;

        public Csv(string path, int dimension)
            : base(path)
        {
            _text = new StreamWriter(Stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
            _text.WriteLine($"filename,{string.Join(',', Enumerable.Range(0, dimension).Select(i => $"embedding_{i}"))}");
        }

        public override void Add(string fileName, ReadOnlySpan<float> embedding)
        {
            _text.Write(fileName.AsSpan().IndexOfAny(",\"\r\n") < 0 ? fileName : $"\"{fileName.Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
            foreach (float value in embedding)
            {
                _text.Write(',');
                _text.Write(value.ToString("R", CultureInfo.InvariantCulture));
            }

            _text.WriteLine();
        }

        public override void Complete()
        {
            _text.Flush();
            base.Complete();
        }
    }

    /// <summary>NumPy's array of 32-bit floats [images, features]; the names are in <c>FILE.filenames.txt</c>, a line a row.</summary>
    private sealed class Npy : EmbeddingFile
    {
        /// <summary>Room for the longest number of rows: NumPy asks for a multiple of 64.</summary>
        private const int HeaderBytes = 128;

        private readonly int _dimension;
        private readonly string _namesPath;
        private readonly List<string> _names = [];

        public Npy(string path, int dimension)
            : base(path)
        {
            (_dimension, _namesPath) = (dimension, path + ".filenames.txt");
            Stream.Write(new byte[HeaderBytes]);
        }

        public override void Add(string fileName, ReadOnlySpan<float> embedding)
        {
            _names.Add(fileName.ReplaceLineEndings(" "));
            if (BitConverter.IsLittleEndian)
            {
                Stream.Write(MemoryMarshal.AsBytes(embedding));
                return;
            }

            Span<byte> bytes = stackalloc byte[sizeof(float)];
            foreach (float value in embedding)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                Stream.Write(bytes);
            }
        }

        public override void Complete()
        {
            // Format 1.0: magic, version, length of the header, a Python dictionary padded with spaces.
            const int Begin = 10;
            string dictionary = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({_names.Count}, {_dimension}), }}");
            byte[] header = [0x93, .. "NUMPY"u8, 1, 0, HeaderBytes - Begin, 0, .. Encoding.ASCII.GetBytes(dictionary.PadRight(HeaderBytes - Begin - 1)), (byte)'\n'];
            Stream.Position = 0;
            Stream.Write(header);
            File.WriteAllLines(_namesPath, _names);
            base.Complete();
        }
    }
}
