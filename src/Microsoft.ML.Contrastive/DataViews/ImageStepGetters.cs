using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// The values of a step's output over one row or cursor of its input. Nothing is decoded before a column that the step adds is read, and steps that
/// follow one another decode an image once.
/// </summary>
/// <param name="mapper">The step.</param>
/// <param name="input">A row of the step's input in which the columns that the active ones need are active.</param>
/// <param name="active">The columns of the output that may be asked for.</param>
internal abstract class ImageStepGetters(ImageStepMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> active) : IDisposable
{
    private readonly HashSet<int> _active = [.. active.Select(c => c.Index)];
    private DecodedSource? _source;
    private bool _ownsSource;

    /// <summary>The row of the input.</summary>
    protected DataViewRow Input => input;

    /// <summary>Whether a column may be asked for.</summary>
    public bool IsActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    /// <summary>The getter of a column of the output.</summary>
    public ValueGetter<T> Get<T>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
            throw new InvalidOperationException($"The column '{column.Name}' was not asked for when the cursor or row was made.");
        return mapper.Passed(column) is { } passed
            ? input.GetGetter<T>(passed)
            : Added(column) as ValueGetter<T> ?? throw new InvalidOperationException($"The column '{column.Name}' holds {column.Type}; it was asked for as {typeof(T)}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsSource)
            _source?.Dispose();
    }

    /// <summary>The getter of a column that the step adds.</summary>
    protected abstract Delegate Added(DataViewSchema.Column column);

    /// <summary>The decoded image of the step's column: that of a step below, if it reads the same column.</summary>
    protected DecodedSource Source()
    {
        if (_source is null)
        {
            // Steps that follow one another keep the columns in their places, so the lowest one reads for all above it.
            ImageStepGetters? below = (input as IImageStepRow)?.Getters;
            bool shared = below is not null && below.Reads(mapper.Image);
            _source = shared ? below!.Source() : new DecodedSource(input, mapper.Image, [.. mapper.Describing]);
            _ownsSource = !shared;
        }

        return _source;
    }

    private bool Reads(DataViewSchema.Column image) => mapper.Image.Index == image.Index && input.IsColumnActive(mapper.Image);
}
