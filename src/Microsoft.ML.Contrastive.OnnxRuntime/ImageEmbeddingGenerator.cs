using Microsoft.Extensions.AI;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.OnnxRuntime;

/// <summary>
/// An encoder as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>: encoded images (JPEG, PNG, …) in, vectors out, for vector stores and everything else that
/// speaks Microsoft.Extensions.AI.
/// </summary>
/// <remarks>
/// <para>
/// Images come as bytes, <c>new DataContent(bytes, "image/png")</c>, or from files, <c>await DataContent.LoadFromAsync("photo.jpg")</c>. They are decoded as
/// ML.NET's <c>LoadImages</c> decodes them (no EXIF orientation, transparent pixels on black), brought to the encoder's size as <see cref="OnnxEncoderTransformer"/>
/// does, and encoded in its batches: the same image has the same features on both ways.
/// </para>
/// <para>Images that announce no pixels or more than 178,956,970 are refused before they are decoded.</para>
/// <para>Generating may happen on several threads at once. Disposing waits for runs under way; generating afterwards throws <see cref="ObjectDisposedException"/>.</para>
/// </remarks>
public sealed class ImageEmbeddingGenerator : IEmbeddingGenerator<DataContent, Embedding<float>>
{
    private readonly OnnxEncoderTransformer _encoder;
    private readonly EmbeddingGeneratorMetadata _metadata;

    /// <summary>Makes a generator of an encoder's ONNX file, on the CPU.</summary>
    /// <param name="modelFile">Path of the file; <see cref="OnnxEncoderCatalog"/> says what it has to be.</param>
    /// <param name="modelId">What the model is called in the metadata; the file's name without extension where left out.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no encoder that ONNX Runtime can run.</exception>
    /// <exception cref="InvalidOperationException">The native ONNX Runtime is missing; the message names the package to add.</exception>
    public ImageEmbeddingGenerator(string modelFile, string? modelId = null)
        : this(new MLContext().Transforms.ApplyOnnxEncoder(new OnnxEncoderEstimator.Options { ModelFile = modelFile }).Open(), modelId ?? Path.GetFileNameWithoutExtension(modelFile))
    {
    }

    /// <summary>Makes a generator of an encoder.</summary>
    /// <param name="encoder">The encoder. It is disposed with the generator.</param>
    /// <param name="modelId">What the model is called in the metadata; nothing where left out.</param>
    public ImageEmbeddingGenerator(OnnxEncoderTransformer encoder, string? modelId = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        _encoder = encoder;
        _metadata = new EmbeddingGeneratorMetadata("Microsoft.ML.Contrastive", providerUri: null, modelId, encoder.FeatureDimension);
    }

    /// <summary>Encodes images.</summary>
    /// <param name="values">The images. They are taken and decoded while those before them are encoded, at most a batch ahead, on a thread of the pool.</param>
    /// <param name="options">Nothing of it can be chosen: dimensions and model, where given, must be those of the encoder.</param>
    /// <param name="cancellationToken">Ends the work: between two images that are decoded, and within a batch that is encoded.</param>
    /// <returns>For each image its features, in the same order.</returns>
    /// <exception cref="ArgumentException">The options ask for another model or number of dimensions, or an element of <paramref name="values"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">The bytes of an element are no image that can be decoded; the message has its index and, where it has one, its name.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<DataContent> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimensions && dimensions != _encoder.FeatureDimension)
            throw new ArgumentException($"{nameof(options.Dimensions)} is {dimensions}; this encoder gives {_encoder.FeatureDimension}. Leave it null.", nameof(options));
        if (options?.ModelId is { } model && model != _metadata.DefaultModelId)
            throw new ArgumentException($"{nameof(options.ModelId)} is '{model}'; this encoder is '{_metadata.DefaultModelId}'. Leave it null.", nameof(options));
        return Task.Run(() => Generate(values, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(_encoder) ? _encoder
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Disposes the encoder.</summary>
    public void Dispose() => _encoder.Dispose();

    private GeneratedEmbeddings<Embedding<float>> Generate(IEnumerable<DataContent> values, CancellationToken cancellationToken)
    {
        using var batches = new EncodedImageBatches(values, new EncodedImagePixels(_encoder.Input), _encoder.Input.PixelCount, _encoder.BatchSize, cancellationToken);
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        while (batches.MoveNext())
        {
            int dimension = _encoder.FeatureDimension;
            var features = new float[batches.Count * dimension];
            _encoder.Network.Encode(batches.Pixels, batches.Count, features, cancellationToken);
            for (int i = 0; i < batches.Count; i++)
            {
                embeddings.Add(new Embedding<float>(features.AsMemory(i * dimension, dimension))
                {
                    CreatedAt = DateTimeOffset.UtcNow,
                    ModelId = _metadata.DefaultModelId,
                });
            }
        }

        return embeddings;
    }
}
