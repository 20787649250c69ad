using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>A step that makes lazy columns of an image column: nothing is decoded before they are read. In a saved model it is nothing.</summary>
public abstract class ImageStepTransformer : ITransformer
{
    private protected ImageStepTransformer()
    {
    }

    /// <inheritdoc/>
    public bool IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Bind(inputSchema).OutputSchema;
    }

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return Bind(inputSchema);
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ImageStepDataView(Bind(input.Schema), input);
    }

    /// <summary>Finds the columns that the step needs and says what it makes of them.</summary>
    /// <exception cref="ArgumentException">A column is missing, or is not what the step needs.</exception>
    internal abstract ImageStepMapper Bind(DataViewSchema schema);

    // ML.NET keeps what a component needs to write itself, so this writes a component of ML.NET's own: an empty chain, which is the identity.
    void ICanSaveModel.Save(ModelSaveContext ctx) => ((ICanSaveModel)new TransformerChain<ITransformer>()).Save(ctx);
}
