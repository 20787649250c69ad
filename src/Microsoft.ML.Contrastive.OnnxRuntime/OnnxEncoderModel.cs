using System.Globalization;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>An encoder's ONNX file in memory, found to take images and to give features: what remains is to run it.</summary>
/// <param name="File">The file's path, for what is to be said of it.</param>
/// <param name="Bytes">The file.</param>
/// <param name="InputName">Its input, [N, 3, H, W].</param>
/// <param name="OutputName">Its output of features.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
/// <param name="FixedBatch">N where the file fixes it.</param>
/// <param name="RowShape">Dimensions of the output behind N.</param>
/// <param name="IsVector">Whether the output has no N, as in pipelines saved with ML.NET, which score one image a run.</param>
/// <param name="Metadata">What the file says of itself.</param>
internal sealed record OnnxEncoderModel(
    string File, byte[] Bytes, string InputName, string OutputName, int Height, int Width, int? FixedBatch, long[] RowShape, bool IsVector, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The metadata entries by which <c>ExportToOnnx</c> tells how to feed the file.</summary>
    private const string ImageSizeKey = "image_size", PixelRangeKey = "pixel_range", PixelRange = "0..255", DefaultOutput = "features";

    /// <summary>Bytes of pixels a batch beyond which a file is taken to be wrong.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>Bytes of a file that are held in one array; the format's own limit is as many to a few.</summary>
    private const long LargestFile = 0x7FFFFFC7;

    /// <summary>Number of features D.</summary>
    public int FeatureDimension => (int)RowShape.Aggregate(1L, (product, length) => product * length);

    /// <summary>Number of values of an image, 3 × H × W.</summary>
    public int PixelCount => 3 * Height * Width;

    /// <summary>Reads a file and tries it on an image.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is no encoder.</exception>
    /// <exception cref="InvalidOperationException">The native ONNX Runtime is missing.</exception>
    public static OnnxEncoderModel Read(OnnxEncoderEstimator.Options options)
    {
        string file = options.ModelFile;
        if (!System.IO.File.Exists(file))
            throw new FileNotFoundException($"There is no encoder '{file}'.", file);
        if (new FileInfo(file).Length is var length && length is 0 or > LargestFile)
            throw new InvalidDataException(length == 0 ? $"'{file}' is empty; an encoder's ONNX file was expected." : $"'{file}' has {length} bytes; an ONNX file has at most {LargestFile}.");
        byte[] bytes = System.IO.File.ReadAllBytes(file);
        try
        {
            using InferenceSession session = OnnxSession.Open(bytes);
            return Inspect(bytes, session, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"'{file}' is not a model that ONNX Runtime can run, or keeps weights in other files, which are not read: {e.Message}", e);
        }
    }

    private static OnnxEncoderModel Inspect(byte[] bytes, InferenceSession session, OnnxEncoderEstimator.Options options)
    {
        if (session.InputMetadata.Count != 1)
            throw Wrong(options, $"has {session.InputMetadata.Count} inputs ({Described(session.InputMetadata)}); an encoder has one, images [N, 3, H, W]");
        (string inputName, NodeMetadata input) = session.InputMetadata.Single();
        if (!input.IsTensor || input.ElementType != typeof(float) || input.Dimensions is not [_, 3 or < 0, _, _])
            throw Wrong(options, $"has no image input: {Described(session.InputMetadata)}; an encoder takes floats [N, 3, H, W], 0 … 255 in the order red, green, blue");

        var metadata = new Dictionary<string, string>(session.ModelMetadata.CustomMetadataMap);
        if (metadata.TryGetValue(PixelRangeKey, out string? range) && range != PixelRange)
            throw Wrong(options, $"wants pixels in the range '{range}' by its metadata; those fed here are {PixelRange}, and the file has to normalise them");
        (int? statedWidth, int? statedHeight) = Size(metadata);
        int height = Length(options, input.Dimensions[2], options.ImageHeight, nameof(options.ImageHeight), statedHeight);
        int width = Length(options, input.Dimensions[3], options.ImageWidth, nameof(options.ImageWidth), statedWidth);
        int? fixedBatch = input.Dimensions[0] > 0 ? input.Dimensions[0] : null;
        long rows = (long)options.BatchSize + (fixedBatch ?? 1) - 1;
        if ((Int128)rows * 3 * height * width * sizeof(float) > MostBytes)
            throw Wrong(options, $"takes images of {width}x{height}: a batch of {rows} of them has more than {MostBytes >> 20} MiB of pixels. Lower {nameof(options.BatchSize)}");

        string outputName = Output(session, options);
        bool isVector = fixedBatch == 1 && session.OutputMetadata[outputName].Dimensions.Length == 1;
        long[] rowShape = ShapeOfARow(session, options, inputName, outputName, isVector, [fixedBatch ?? Math.Min(options.BatchSize, 2), 3, height, width]);
        return new OnnxEncoderModel(options.ModelFile, bytes, inputName, outputName, height, width, fixedBatch, rowShape, isVector, metadata);
    }

    /// <summary>What an image has behind the batch, found by encoding black ones: files may leave it open, and may say that N is free where two images do not run.</summary>
    private static long[] ShapeOfARow(InferenceSession session, OnnxEncoderEstimator.Options options, string inputName, string outputName, bool isVector, long[] inputShape)
    {
        using var images = OrtValue.CreateTensorValueFromMemory(new float[inputShape.Aggregate((a, b) => a * b)], inputShape);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = Outputs();
        long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
        long[] row = isVector ? shape : shape.Length > 1 && shape[0] == inputShape[0] ? shape[1..] : [];
        long dimension = row.Aggregate(1L, (product, length) => product * length);
        return row.Length > 0 && dimension > 0 && dimension * Math.Max(inputShape[0], options.BatchSize) * sizeof(float) <= MostBytes
            ? row
            : throw Wrong(options, $"gives '{outputName}' of [{string.Join(", ", shape)}] for images [{string.Join(", ", inputShape)}]; features [N, D] were expected");

        IDisposableReadOnlyCollection<OrtValue> Outputs()
        {
            try
            {
                return session.Run(run, [inputName], [images], [outputName]);
            }
            catch (OnnxRuntimeException e)
            {
                throw Wrong(options, $"takes images [{string.Join(", ", inputShape)}] and does not run on them ({nameof(options.BatchSize)} 1 feeds single ones): {e.Message}", e);
            }
        }
    }

    private static string Output(InferenceSession session, OnnxEncoderEstimator.Options options)
    {
        string[] outputs = [.. session.OutputMetadata.Where(o => o.Value.IsTensor && o.Value.ElementType == typeof(float)).Select(o => o.Key)];
        if (options.ModelOutputName is { } name)
            return outputs.Contains(name) ? name : throw Wrong(options, $"has no output '{name}' of floats ({nameof(options.ModelOutputName)}); it has {Described(session.OutputMetadata)}");
        return outputs.Contains(DefaultOutput) ? DefaultOutput
            : outputs is [var only] ? only
            : throw Wrong(
                options,
                $"has {outputs.Length} outputs of floats, none of them '{DefaultOutput}': {Described(session.OutputMetadata)}. Name the one of the features "
                    + $"({nameof(options.ModelOutputName)})");
    }

    private static int Length(OnnxEncoderEstimator.Options options, int inFile, int? wanted, string name, int? stated)
    {
        if (inFile > 0 && wanted is { } other && other != inFile)
            throw Wrong(options, $"takes images of {inFile} pixels where {name} is {wanted}; leave {name} null");
        return inFile > 0 ? inFile : wanted ?? stated ?? throw Wrong(options, $"takes images of any size; set {name}");
    }

    private static (int? Width, int? Height) Size(Dictionary<string, string> metadata) =>
        metadata.TryGetValue(ImageSizeKey, out string? text) && text.Split('x') is [var width, var height]
            && int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out int w) && w > 0
            && int.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out int h) && h > 0
            ? (w, h)
            : (null, null);

    private static string Described(IReadOnlyDictionary<string, NodeMetadata> values) =>
        values.Count == 0
            ? "none"
            : string.Join(
                ", ",
                values.Select(v => v.Value.IsTensor ? $"'{v.Key}' {v.Value.ElementDataType} [{string.Join(", ", v.Value.Dimensions)}]" : $"'{v.Key}' {v.Value.OnnxValueType}"));

    private static InvalidDataException Wrong(OnnxEncoderEstimator.Options options, string what, Exception? inner = null) => new($"'{options.ModelFile}' {what}.", inner);
}
