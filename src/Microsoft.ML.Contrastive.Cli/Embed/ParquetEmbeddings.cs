using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.Contrastive.Cli.Embed;

/// <summary>Parquet: <c>filename</c> (text) and <c>embedding</c> (a list of 32-bit floats), which pandas, Polars, DuckDB and Spark read.</summary>
internal sealed class ParquetEmbeddings : EmbeddingFile
{
    /// <summary>Values in memory before they are written: 16 MiB.</summary>
    private const int ValuesInGroup = 1 << 22;

    private readonly DataField _name = new DataField<string>("filename", false);
    private readonly DataField _value;
    private readonly ParquetWriter _writer;
    private readonly int _dimension, _rowsInGroup;
    private readonly List<string> _names = [];
    private readonly List<float> _values = [];

    public ParquetEmbeddings(string path, int dimension)
        : base(path)
    {
        (_dimension, _rowsInGroup) = (dimension, Math.Max(1, ValuesInGroup / dimension));
        var schema = new ParquetSchema(_name, new ListField("embedding", new DataField<float>("element", false)));
        _value = schema.GetDataFields()[^1];
        _writer = Wait(ParquetWriter.CreateAsync(schema, Stream));
    }

    public override void Add(string fileName, ReadOnlySpan<float> embedding)
    {
        _names.Add(fileName);
        _values.AddRange(embedding);
        if (_names.Count == _rowsInGroup)
            WriteGroup();
    }

    public override void Complete()
    {
        if (_names.Count > 0)
            WriteGroup();
        _writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Complete();
    }

    private void WriteGroup()
    {
        // A list begins where the repetition level is 0, and is there wherever the definition level is the highest.
        int[] repetition = new int[_values.Count], definition = new int[_values.Count];
        Array.Fill(definition, _value.MaxDefinitionLevel);
        for (int i = 0; i < repetition.Length; i++)
            repetition[i] = i % _dimension == 0 ? 0 : 1;
        using ParquetRowGroupWriter group = _writer.CreateRowGroup();
        group.WriteAsync(_name, _names).GetAwaiter().GetResult();
        group.WriteAllPartsAsync<float>(_value, _values.ToArray(), definition, repetition, CancellationToken.None).GetAwaiter().GetResult();
        _names.Clear();
        _values.Clear();
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
