using System.Security.Cryptography;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>A sample of images, brought to the encoder's input as scoring does it, kept as bytes, with their labels where they have some.</summary>
internal sealed class MonitoredSample
{
    private readonly byte[][] _pixels;

    private MonitoredSample(byte[][] pixels, int[] labels, int pixelCount)
    {
        _pixels = pixels;
        Labels = labels;
        PixelCount = pixelCount;
    }

    public int Count => _pixels.Length;

    /// <summary>Values an image: 3 × H × W.</summary>
    public int PixelCount { get; }

    /// <summary>A class index an image; empty when images have no labels.</summary>
    public int[] Labels { get; }

    public bool HasLabels => Labels.Length > 0;

    /// <summary>Adds the pixels to a hash.</summary>
    public void AddTo(IncrementalHash hash)
    {
        foreach (byte[] image in _pixels)
            hash.AppendData(image);
    }

    /// <summary>Unpacks images to floats 0 … 255.</summary>
    public void CopyTo(int first, int count, Span<float> values)
    {
        for (int i = 0; i < count; i++)
        {
            Span<float> target = values.Slice(i * PixelCount, PixelCount);
            byte[] source = _pixels[first + i];
            for (int k = 0; k < source.Length; k++)
                target[k] = source[k];
        }
    }

    /// <summary>Whether any row has a label: known without reading an image.</summary>
    public static bool AnyLabel(IDataView data, DataViewSchema.Column? labelColumn, CancellationToken cancellation)
    {
        if (labelColumn is not { } column)
            return false;
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        Func<string?> getLabel = LabelReader.Open(cursor, column);
        bool found = false;
        while (!found && cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            found = !string.IsNullOrEmpty(getLabel());
        }

        cancellation.ThrowIfCancellationRequested();
        return found;
    }

    /// <summary>Reads a sample.</summary>
    /// <param name="data">Data with the encoder's image column.</param>
    /// <param name="input">What stands before the network.</param>
    /// <param name="labelColumn">Column of the labels, or <see langword="null"/>.</param>
    /// <param name="classes">Class indices by label, shared by samples that are compared with one another.</param>
    /// <param name="count">Most images to take.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static MonitoredSample Read(
        IDataView data, EncoderInput input, DataViewSchema.Column? labelColumn, Dictionary<string, int> classes, int count, CancellationToken cancellation)
    {
        if (count == 0)
            return new MonitoredSample([], [], input.PixelCount);
        long rows = data.GetRowCount() ?? RowCounter.Count(data);
        // Evenly spread: the rows of a folder come sorted by class.
        double stride = Math.Max(1.0, (double)rows / count), next = 0;
        using var reader = new PixelReader(data, input, labelColumn is { } label ? [label] : []);
        Func<string?>? getLabel = labelColumn is { } column ? LabelReader.Open(reader.Cursor, column) : null;
        var pixels = new List<byte[]>();
        var labels = new List<int>();
        var values = new float[input.PixelCount];
        while (pixels.Count < count && reader.Cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Cursor.Position < next)
                continue;
            string? text = getLabel?.Invoke();
            if (getLabel is not null && string.IsNullOrEmpty(text))
                continue;
            try
            {
                reader.Read(values);
            }
            catch (InvalidOperationException)
            {
                // The training data has already named its unreadable images; here they only drop out of the sample.
                continue;
            }

            next += stride;
            pixels.Add(Array.ConvertAll(values, v => (byte)v));
            if (text is not null)
            {
                if (!classes.TryGetValue(text, out int index))
                    classes.Add(text, index = classes.Count);
                labels.Add(index);
            }
        }

        return pixels.Count == 0 && labelColumn is not null
            ? Read(data, input, null, classes, count, cancellation) // No row has a label: watch the images without.
            : new MonitoredSample([.. pixels], [.. labels], input.PixelCount);
    }
}
