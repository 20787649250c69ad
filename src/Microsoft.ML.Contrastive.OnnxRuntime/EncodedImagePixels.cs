using Microsoft.Extensions.AI;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using SkiaSharp;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>Encoded images (JPEG, PNG, …) as an encoder's input, by the steps that image columns go through.</summary>
internal sealed class EncodedImagePixels : IDisposable
{
    private readonly Row _row;
    private readonly DataViewRow _pixels;
    private readonly ValueGetter<VBuffer<float>> _getPixels;
    private VBuffer<float> _values;

    public EncodedImagePixels(EncoderInput input)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(input.ImageColumn, new ImageDataViewType());
        _row = new Row(builder.ToSchema());
        IRowToRowMapper mapper = ((ITransformer)input.For(_row.Schema)).GetRowToRowMapper(_row.Schema);
        DataViewSchema.Column column = mapper.OutputSchema[input.PixelColumn];
        _pixels = mapper.GetRow(_row, [column]);
        _getPixels = _pixels.GetGetter<VBuffer<float>>(_pixels.Schema[column.Index]);
    }

    /// <summary>Decodes an image and copies its pixels: 3 × H × W values 0 … 255.</summary>
    /// <exception cref="InvalidDataException">It is no image; the message has the index.</exception>
    public void Read(DataContent image, int index, Span<float> pixels)
    {
        if (image is null)
            throw new ArgumentException($"The image at index {index} is null.");
        _row.MoveTo(image, index);
        _getPixels(ref _values);
        _values.CopyTo(pixels);
    }

    public void Dispose() => _pixels.Dispose();

    private static MLImage Decode(DataContent image, int index)
    {
        string name = image.Name is { } given ? $"'{given}', " : "";
        string what = $"The image at index {index} ({name}{image.MediaType}, {image.Data.Length} bytes)";
        byte[] bytes = image.Data.ToArray();
        // The header first: a few bytes can announce more pixels than there is memory.
        using (SKCodec? codec = SKCodec.Create(new SKMemoryStream(bytes)))
        {
            if (codec is null)
                throw new InvalidDataException($"{what} is not of a format that can be decoded (JPEG, PNG, BMP, WebP, GIF).");
            if ((long)codec.Info.Width * codec.Info.Height is 0 or > PixelLimit.Default)
                throw new InvalidDataException($"{what} has {codec.Info.Width}x{codec.Info.Height} pixels by its header; 1 to {PixelLimit.Default} are allowed.");
        }

        try
        {
            return MLImage.CreateFromStream(new MemoryStream(bytes));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{what} cannot be decoded: {e.Message}", e);
        }
    }

    /// <summary>A row with an image in it, decoded when asked for.</summary>
    private sealed class Row(DataViewSchema schema) : DataViewRow
    {
        private DataContent? _image;
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => schema;

        public void MoveTo(DataContent image, int index) => (_image, _position) = (image, index);

        public override bool IsColumnActive(DataViewSchema.Column column) => true;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            ValueGetter<MLImage> getter = (ref MLImage value) =>
            {
                value?.Dispose();
                value = Decode(_image!, (int)_position);
            };
            return (ValueGetter<TValue>)(Delegate)getter;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_position, 0);
    }
}
