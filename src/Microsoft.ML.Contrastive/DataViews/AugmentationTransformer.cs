using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// Adds lazy view columns: <see cref="MLImage"/> values that are rendered when they are read. What is read depends on the seed, the epoch and
/// the row's identifier alone, so all cursors, in whatever order and on whatever thread, give the same pixels.
/// </summary>
/// <remarks>
/// In a saved model the step is nothing: views are for training, and <c>mlContext.Model.Save</c> writes a step that passes its input on.
/// <c>AppendCacheCheckpoint</c>, <c>Cache</c> and <c>ShuffleRows</c> drop image columns, these and all others, without a word: shuffle paths
/// before the images are loaded, and cache what comes out of them.
/// </remarks>
public sealed class AugmentationTransformer : ITransformer
{
    private readonly ViewStep _step;

    internal AugmentationTransformer(ViewStep step) => _step = step;

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _step.Bind(inputSchema).OutputSchema;
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _step.Bind(inputSchema);
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ViewDataView(_step.Bind(input.Schema), input);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_step.Step} for {string.Join(", ", _step.ColumnNames)}";

    // ML.NET keeps what a component needs to write itself, so this writes a component of ML.NET's own: an empty chain, which is the identity.
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)new TransformerChain<ITransformer>()).Save(ctx);
}
