using System.Globalization;
using System.Text;

namespace Microsoft.ML.Contrastive.Cli.Embed;

/// <summary><c>filename,embedding_0,embedding_1,…</c></summary>
internal sealed class CsvEmbeddings : EmbeddingFile
{
    private readonly StreamWriter _text;

    public CsvEmbeddings(string path, int dimension)
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
