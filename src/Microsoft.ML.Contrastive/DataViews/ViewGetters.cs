using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// The values of a step's output over one row or cursor of its input. Nothing is decoded before a view is asked for; all views of a position
/// share one decoded source and one draw of the recipes.
/// </summary>
internal sealed class ViewGetters : IDisposable
{
    private readonly ViewMapper _mapper;
    private readonly DataViewRow _input;
    private readonly HashSet<int> _active;
    private readonly long _epoch;
    private readonly ViewRecipe[] _recipes;
    private readonly ViewRenderer _renderer = new();
    private byte[] _rgb = [];
    private ValueGetter<DataViewRowId>? _id;
    private DecodedSource? _source;
    private bool _ownsSource;
    private long _sampledAt = -1;

    /// <summary>Wraps a row.</summary>
    /// <param name="mapper">The step.</param>
    /// <param name="input">A row of the step's input in which the columns that the active ones need are active.</param>
    /// <param name="active">The columns of the output that may be asked for.</param>
    public ViewGetters(ViewMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> active)
    {
        _mapper = mapper;
        _input = input;
        _active = [.. active.Select(c => c.Index)];
        _epoch = ViewEpoch.Current;
        _recipes = new ViewRecipe[mapper.Plan.ViewNames.Length];
    }

    /// <summary>Whether a column may be asked for.</summary>
    public bool IsActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    /// <summary>The getter of a column of the output.</summary>
    public ValueGetter<T> Get<T>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
            throw new InvalidOperationException($"The column '{column.Name}' was not asked for when the cursor or row was made.");
        if (_mapper.Passed(column) is { } passed)
            return _input.GetGetter<T>(passed);

        int view = _mapper.View(column);
        ValueGetter<MLImage> getter = (ref MLImage destination) => Render(view, ref destination);
        return getter as ValueGetter<T> ?? throw new InvalidOperationException(
            $"The column '{column.Name}' holds {nameof(MLImage)}; it was asked for as {typeof(T)}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ownsSource)
            _source?.Dispose();
    }

    /// <summary>The decoded image of a column of the input, if this step or one below it reads that column too.</summary>
    private DecodedSource Source()
    {
        if (_source is null)
        {
            // Steps that follow one another keep the columns in their places, so the lowest one reads for all above it.
            ViewGetters? below = (_input as IViewRow)?.Getters;
            bool shared = below is not null && below._mapper.Image.Index == _mapper.Image.Index && below._input.IsColumnActive(below._mapper.Image);
            _source = shared ? below!.Source() : new DecodedSource(_input, _mapper.Image, [.. _mapper.Describing]);
            _ownsSource = !shared;
        }

        return _source;
    }

    private void Render(int view, ref MLImage destination)
    {
        DecodedSource source = Source();
        RgbImage image = source.Read();
        if (_sampledAt != _input.Position)
        {
            DataViewRowId id = default;
            (_id ??= _input.GetIdGetter())(ref id);
            _mapper.Plan.Sample(_mapper.Plan.KeyOf(_epoch, id.Low, id.High), new ImageSize(image.Width, image.Height), _recipes);
            _sampledAt = _input.Position;
        }

        destination?.Dispose();
        destination = null!;
        ref readonly ViewRecipe recipe = ref _recipes[view];
        int length = recipe.OutputWidth * recipe.OutputHeight * 3;
        if (_rgb.Length < length)
            _rgb = new byte[length];
        Span<byte> rgb = _rgb.AsSpan(0, length);
        _renderer.Render(image, recipe, rgb);
        destination = MLImagePixels.Create(new RgbImage(rgb, recipe.OutputWidth, recipe.OutputHeight), source.Tag);
    }
}
