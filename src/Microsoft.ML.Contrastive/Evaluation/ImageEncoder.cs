using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// Any transformer that makes a vector of floats of an image column, as evaluation uses it: views of the images in, feature rows out. The views take the
/// place of the image column, so the encoder notices nothing.
/// </summary>
internal sealed class ImageEncoder
{
    /// <summary>256 of 224 pixels, the field's habit on ImageNet.</summary>
    private const double ShortSideRatio = 256.0 / 224;

    /// <summary>Below this size images are taken as they are.</summary>
    private const int SmallImages = 128;

    private readonly MLContext _context;
    private readonly ITransformer _encoder;
    private readonly IImageEncoder? _output;
    private readonly string _image;
    private readonly string _features;
    private readonly ImageSize _size;
    private readonly CancellationToken _cancellation;

    /// <summary>Finds the columns and the size of the images.</summary>
    /// <param name="context">The context.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="options">What the user says of both.</param>
    /// <param name="centralCropFilter">Filter of the central crop unless the user says otherwise.</param>
    /// <param name="output">What the network of a <see cref="ContrastiveEncoderTransformer"/> is to give in place of its features.</param>
    public ImageEncoder(MLContext context, ITransformer encoder, EncoderEvaluationOptions options, ResizeFilter centralCropFilter, IImageEncoder? output = null)
    {
        var own = encoder as ContrastiveEncoderTransformer;
        (_context, _encoder, _output, _cancellation) = (context, encoder, output, options.Cancellation);
        _image = options.ImageColumnName ?? own?.InputColumnName ?? "Image";
        _features = options.FeatureColumnName ?? own?.OutputColumnName ?? "Features";
        _size = options.ImageSize ?? own?.ImageSize ?? throw new ArgumentException(
            $"{nameof(EncoderEvaluationOptions.ImageSize)} is not set, and a {encoder.GetType().Name} does not tell for which images it was made. Set it to the size of the "
                + "images in training, for example 224x224.", nameof(options));
        if (own is not null && _size != own.ImageSize)
            throw new ArgumentException($"{nameof(EncoderEvaluationOptions.ImageSize)} is {_size}, but the encoder brings every image to {own.ImageSize}. Leave it unset.", nameof(options));

        var side = Math.Max(_size.Width, _size.Height);
        Central = new CentralCrop
        {
            OutputSize = _size,
            ShortSide = options.ShortSide ?? (side < SmallImages ? side : (int)Math.Min(short.MaxValue, Math.Round(side * ShortSideRatio))),
            Filter = options.CentralCropFilter ?? centralCropFilter,
        };
        Central.Validate(1);
    }

    /// <summary>The view that accuracies are measured on.</summary>
    public CentralCrop Central { get; }

    /// <summary>The central crop in words.</summary>
    public string CentralDescription => $"short side to {Central.ShortSide} ({Central.Filter}), centre {_size}";

    /// <summary>A random crop to the encoder's size.</summary>
    public RandomResizedCrop Random((double Min, double Max) scale) => new() { OutputSize = _size, Scale = scale };

    /// <summary>Views of a data set, lazily: a view column in place of the image column, and the features of it.</summary>
    /// <param name="data">The data.</param>
    /// <param name="parameter">What they are called where the user has passed them.</param>
    /// <param name="seed">Seed of crop and flip.</param>
    /// <param name="crop">The crop.</param>
    /// <param name="steps">Further steps.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or the encoder does not read the image column.</exception>
    public IDataView Encode(IDataView data, string parameter, int seed, CropStep crop, params ReadOnlySpan<AugmentationStep> steps)
    {
        var view = $"{_image}.{nameof(Evaluation)}";
        var environment = (IHostEnvironment)_context;
        IDataView views = new CropViewsEstimator(environment, new() { OutputColumnNames = [view], InputColumnName = _image, Seed = seed, Step = crop }).Fit(data).Transform(data);
        foreach (var step in steps)
            views = new AugmentViewsEstimator(environment, new() { ViewColumnNames = [view], Step = step }).Fit(views).Transform(views);
        views = _context.Transforms.CopyColumns(_image, view).Fit(views).Transform(views);

        IDataView encoded = _output is null ? _encoder.Transform(views) : ((ContrastiveEncoderTransformer)_encoder).Transform(views, _output);
        DataViewSchema.Column features = encoded.Schema.GetColumnOrNull(_features) ?? throw new ArgumentException(
            $"The encoder writes no column '{_features}'; the columns after it are {string.Join(", ", encoded.Schema.Where(c => !c.IsHidden).Select(c => c.Name))}. Set "
                + $"{nameof(EncoderEvaluationOptions.FeatureColumnName)}.");
        if (features.Type is not VectorDataViewType { ItemType: NumberDataViewType { RawType: var item } } || item != typeof(float))
            throw new ArgumentException($"The column '{_features}' holds {features.Type}; features are a vector of float (Single).");
        if (_encoder.IsRowToRowMapper
            && !_encoder.GetRowToRowMapper(views.Schema).GetDependencies([features]).Any(c => c.Index == views.Schema[_image].Index))
        {
            throw new ArgumentException(
                $"The encoder's column '{_features}' does not depend on the column '{_image}' of the {parameter} data: it would be measured on other images than the "
                    + "protocol's. A chain that loads images itself has to be passed without that step (for a pretraining pipeline, its LastTransformer); an encoder of another "
                    + $"column needs {nameof(EncoderEvaluationOptions.ImageColumnName)}.");
        }

        return encoded;
    }

    /// <summary>Computes the features of all rows, in their order.</summary>
    /// <param name="encoded">What <see cref="Encode"/> has returned.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="epoch">The pass that the views are drawn for.</param>
    /// <returns>rows × d values row by row.</returns>
    /// <exception cref="InvalidOperationException">An image cannot be read, a feature is not finite, or the data have changed.</exception>
    public float[] Features(IDataView encoded, int rows, long epoch)
    {
        DataViewSchema.Column column = encoded.Schema[_features];
        using (ViewEpoch.Use(epoch))
        {
            using DataViewRowCursor cursor = encoded.GetRowCursor([column]);
            var getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> value = default;
            float[] features = [];
            var (row, dimension) = (0, 0);
            for (; MoveNext(cursor, row) && row < rows; row++)
            {
                Read(getter, ref value, row);
                if (row == 0)
                {
                    dimension = value.Length;
                    features = (long)rows * dimension <= Array.MaxLength
                        ? new float[rows * dimension]
                        : throw new InvalidOperationException($"{rows} rows of {dimension} features do not fit into memory as one array of at most {Array.MaxLength} values: evaluate on fewer rows.");
                }

                if (value.Length != dimension)
                    throw new InvalidOperationException($"Row {row} has {value.Length} features, the rows before it {dimension}.");
                Span<float> own = features.AsSpan(row * dimension, dimension);
                value.CopyTo(own);
                if (own.IndexOfAnyExceptInRange(float.MinValue, float.MaxValue) is >= 0 and var damaged)
                    throw new InvalidOperationException(
                        $"The encoder makes row {row} a feature {damaged} of {own[damaged]} in the column '{_features}': it has diverged. Take one from before that, a "
                            + "checkpoint of an earlier epoch for example.");
            }

            return row == rows ? features : throw new InvalidOperationException($"The data gave {row} rows where they had given {rows} before: they must be the same in every pass.");
        }
    }

    private bool MoveNext(DataViewRowCursor cursor, int row)
    {
        _cancellation.ThrowIfCancellationRequested();
        try
        {
            return cursor.MoveNext();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw Unreadable(row, e);
        }
    }

    private static void Read(ValueGetter<VBuffer<float>> getter, ref VBuffer<float> value, int row)
    {
        try
        {
            getter(ref value);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw Unreadable(row, e);
        }
    }

    /// <summary>ML.NET's own cursors wrap what a column throws, on another thread and without a word of it: all messages are told.</summary>
    private static InvalidOperationException Unreadable(int row, Exception e)
    {
        var messages = new List<string>();
        for (var cause = e; cause is not null; cause = cause.InnerException)
            messages.Add(cause.Message);
        return new(
            $"Row {row} or one soon after it could not be encoded: {string.Join(" ", messages.Distinct())} An evaluation leaves no image out by itself: remove it, or load "
                + "the folder with validate: true.",
            e);
    }
}
