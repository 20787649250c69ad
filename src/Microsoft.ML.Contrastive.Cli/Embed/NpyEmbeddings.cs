using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Contrastive.Cli.Embed;

/// <summary>NumPy's array of 32-bit floats [images, features]; the names are in <c>FILE.filenames.txt</c>, a line a row.</summary>
internal sealed class NpyEmbeddings : EmbeddingFile
{
    /// <summary>Room for the longest number of rows: NumPy asks for a multiple of 64.</summary>
    private const int HeaderBytes = 128;

    private readonly int _dimension;
    private readonly string _namesPath;
    private readonly List<string> _names = [];

    public NpyEmbeddings(string path, int dimension)
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
        string aside = _namesPath + ".new";
        try
        {
            File.WriteAllLines(aside, _names);
            base.Complete();
            File.Move(aside, _namesPath, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }
}
