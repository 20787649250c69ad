using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>A row or cursor of a step's output: lets a step on top of another share the decoded source.</summary>
internal interface IImageStepRow
{
    /// <summary>The getters of the row.</summary>
    ImageStepGetters Getters { get; }
}

/// <summary>One row of a step's output, as prediction engines read it.</summary>
internal sealed class ImageStepRow(ImageStepMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> active) : DataViewRow, IImageStepRow
{
    /// <inheritdoc/>
    public ImageStepGetters Getters { get; } = mapper.Open(input, active);

    /// <inheritdoc/>
    public override DataViewSchema Schema => mapper.OutputSchema;

    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => Getters.IsActive(column);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Getters.Get<TValue>(column);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Getters.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>A cursor over a step's output.</summary>
internal sealed class ImageStepCursor(ImageStepMapper mapper, DataViewRowCursor input, IEnumerable<DataViewSchema.Column> active) : DataViewRowCursor, IImageStepRow
{
    /// <inheritdoc/>
    public ImageStepGetters Getters { get; } = mapper.Open(input, active);

    /// <inheritdoc/>
    public override DataViewSchema Schema => mapper.OutputSchema;

    /// <inheritdoc/>
    public override long Position => input.Position;

    /// <inheritdoc/>
    public override long Batch => input.Batch;

    /// <inheritdoc/>
    public override bool MoveNext() => input.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    /// <inheritdoc/>
    public override bool IsColumnActive(DataViewSchema.Column column) => Getters.IsActive(column);

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => Getters.Get<TValue>(column);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Getters.Dispose();
            input.Dispose();
        }

        base.Dispose(disposing);
    }
}
