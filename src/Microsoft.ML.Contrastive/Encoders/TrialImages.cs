using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>Images made up to compare an exported model on, the same ones every time: as bytes, as planes of floats and as ML.NET's images.</summary>
internal sealed class TrialImages : IDisposable
{
    private const int Channels = 3;

    private readonly List<MLImage> _views = [];

    private TrialImages(ImageSize size, int count, Func<int, int, int, int, double> value)
    {
        (Size, Count) = (size, count);
        Pixels = new byte[count * size.Height * size.Width * Channels];
        int i = 0;
        for (int image = 0; image < count; image++)
        {
            for (int y = 0; y < size.Height; y++)
            {
                for (int x = 0; x < size.Width; x++)
                {
                    for (int channel = 0; channel < Channels; channel++)
                        Pixels[i++] = (byte)Math.Clamp(value(image, y, x, channel), 0, 255);
                }
            }
        }
    }

    public ImageSize Size { get; }

    public int Count { get; }

    /// <summary>Rows of pixels of three bytes, red, green, blue, image after image.</summary>
    public byte[] Pixels { get; }

    /// <summary>Noise around a gradient: every filter of the first layer sees something, and no two images are alike.</summary>
    public static TrialImages Noise(ImageSize size, int count)
    {
        var random = new Random(20250225);
        return new TrialImages(size, count, (_, _, x, _) => (255.0 * x / size.Width) + random.Next(-96, 96));
    }

    /// <summary>Waves of several directions and lengths, an edge and a little noise: about as smooth as photographs, so that filters differ on it as on those.</summary>
    public static TrialImages Photographs(ImageSize size, int count)
    {
        var random = new Random(20250226);
        return new TrialImages(size, count, (image, y, x, channel) =>
        {
            double u = (double)x / size.Width, v = (double)y / size.Height, sum = 128;
            for (int wave = 1; wave <= 5; wave++)
                sum += 60.0 / wave * Math.Sin((Math.Tau * ((wave * u) + ((wave - image - 1) * v))) + channel + image);
            return sum + (u + (v * (image + 1)) > 1 ? 40 : -40) + random.Next(-6, 7);
        });
    }

    /// <summary>Count × 3 × H × W values 0 … 255.</summary>
    public float[] Planes()
    {
        int pixels = Size.Height * Size.Width;
        var planes = new float[Pixels.Length];
        for (int i = 0; i < Pixels.Length; i++)
            planes[(((i / Channels / pixels * Channels) + (i % Channels)) * pixels) + (i / Channels % pixels)] = Pixels[i];
        return planes;
    }

    /// <summary>The images as data with an image column.</summary>
    public IDataView AsData(MLContext context, string imageColumn)
    {
        if (_views.Count == 0)
            _views.AddRange(Pixels.Chunk(Size.Height * Size.Width * Channels).Select(image => MLImage.CreateFromPixels(Size.Width, Size.Height, MLPixelFormat.Rgba32, WithAlpha(image))));
        SchemaDefinition columns = SchemaDefinition.Create(typeof(Row));
        columns[nameof(Row.Image)].ColumnName = imageColumn;
        return context.Data.LoadFromEnumerable(_views.Select(image => new Row { Image = image }), columns);
    }

    public void Dispose()
    {
        foreach (MLImage image in _views)
            image.Dispose();
    }

    private static byte[] WithAlpha(byte[] image) => [.. image.Chunk(Channels).SelectMany(pixel => (byte[])[.. pixel, byte.MaxValue])];

    private sealed class Row
    {
        // The attribute insists on a size; resizing, which comes next, asks the image.
        [ImageType(1, 1)]
        public MLImage? Image { get; set; }
    }
}
