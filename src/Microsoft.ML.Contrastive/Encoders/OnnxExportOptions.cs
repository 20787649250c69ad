using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What <see cref="ContrastiveEncoderTransformer.ExportToOnnx(string, OnnxExportOptions?)"/> and its likes write.</summary>
/// <remarks>
/// Whatever is chosen, the file computes with 32-bit floats, has the normalisation inside, and needs nothing but ONNX Runtime's CPU provider.
/// </remarks>
public sealed record OnnxExportOptions
{
    private const double Float32Tolerance = 1e-4, Float16RelativeTolerance = 0.01, Int8RelativeTolerance = 0.2;

    /// <summary>
    /// Name of the input: [batch, 3, height, width] floats 0 … 255 in the order red, green, blue, resized and cropped already; or with
    /// <see cref="RawImageInput"/> the image as it is. Normalisation is part of the graph.
    /// </summary>
    /// <value>The default value is "image".</value>
    public string InputName { get; init; } = "image";

    /// <summary>Name of the output: floats [batch, D], or with <see cref="FeatureMap"/> [batch, C, h, w].</summary>
    /// <value>The default value is "features".</value>
    public string OutputName { get; init; } = "features";

    /// <summary>Number of images a call, or <see langword="null"/> for any number. OpenCV and some accelerators want a fixed one.</summary>
    /// <value>The default value is <see langword="null"/>.</value>
    public int? FixedBatch { get; init; }

    /// <summary>
    /// Whether the input is the image as decoders give it: bytes [batch, height, width, 3] of any height and width, red, green, blue. The graph then fits the short
    /// side by an antialiased bilinear filter (Pillow's and torchvision's), crops the centre and normalises. Needs opset 18.
    /// </summary>
    /// <remarks>
    /// Sizes and places are those of ML.NET's <c>ResizeImages</c> with <c>IsoCrop</c>, which the encoder has in memory; the filter is not, so features differ a
    /// little where an image is resized at all: <see cref="OnnxExportResult.RawImageDeviation"/> says by how much.
    /// </remarks>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool RawImageInput { get; init; }

    /// <summary>
    /// Whether the output is the last feature map instead of its mean over positions: what detectors and segmenters build on. ResNets only; not for
    /// classifiers.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool FeatureMap { get; init; }

    /// <summary>
    /// Whether the file has the projection head of pretraining too, its output [batch, <see cref="ContrastiveEncoderTransformer.ProjectionDimension"/>] beside the
    /// features. Of DINO's head it is the bottleneck, of unit length; the prototypes behind it stay out. The encoder must have been trained with <c>KeepProjector</c>.
    /// Not with <see cref="FeatureMap"/>, and not for classifiers.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool Projector { get; init; }

    /// <summary>Name of the output of the projection head.</summary>
    /// <value>The default value is "projection".</value>
    public string ProjectionName { get; init; } = "projection";

    /// <summary>How weights are stored.</summary>
    /// <value>The default value is <see cref="OnnxWeightType.Float32"/>.</value>
    public OnnxWeightType Weights { get; init; } = OnnxWeightType.Float32;

    /// <summary>
    /// Whether batch norms become part of the convolutions before them: fewer nodes and a faster run in every engine, features equal up to rounding (1e-4), and
    /// 8-bit weights that are scaled with what they are multiplied by. Without, weights in the file are those of the network, name by name.
    /// </summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool FoldBatchNorm { get; init; } = true;

    /// <summary>The licence of the weights, e.g. an SPDX identifier: written as the metadata entry <c>license</c>.</summary>
    /// <value>The default value is <see langword="null"/>: no entry.</value>
    public string? License { get; init; }

    /// <summary>Largest difference allowed between a value of the file, run by ONNX Runtime, and of the network in memory. Positive.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: for <see cref="OnnxWeightType.Float32"/> 1e-4, times the output's largest value where that is above 1; for
    /// <see cref="OnnxWeightType.Float16"/> 1 % and for <see cref="OnnxWeightType.Int8"/> 20 % of the output's largest value. The narrow types are checked for
    /// blunders by this; what they cost is measured on data of your own.
    /// </value>
    public double? Tolerance { get; init; }

    /// <summary>What is allowed for an output whose largest value is this.</summary>
    internal double ToleranceFor(double largestValue) => Tolerance ?? Weights switch
    {
        OnnxWeightType.Float16 => Float16RelativeTolerance * largestValue,
        OnnxWeightType.Int8 => Int8RelativeTolerance * largestValue,
        _ => Float32Tolerance * Math.Max(1, largestValue),
    };

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(InputName);
        ArgumentException.ThrowIfNullOrWhiteSpace(OutputName);
        if (InputName == OutputName)
            throw new ArgumentException($"{nameof(InputName)} and {nameof(OutputName)} are both '{InputName}'; they must differ.");
        ArgumentException.ThrowIfNullOrWhiteSpace(ProjectionName);
        if (Projector && (ProjectionName == InputName || ProjectionName == OutputName))
            throw new ArgumentException($"{nameof(ProjectionName)} is '{ProjectionName}', as {nameof(InputName)} or {nameof(OutputName)} is; they must differ.");
        if (Projector && FeatureMap)
            throw new ArgumentException($"{nameof(Projector)} and {nameof(FeatureMap)} are both set, and a projection head works on pooled features. Export two files.");
        if (FixedBatch is < 1)
            throw new ArgumentOutOfRangeException(nameof(FixedBatch), FixedBatch, $"{nameof(FixedBatch)} is {FixedBatch}; it must be at least 1, or null for any batch size.");
        if (!Enum.IsDefined(Weights))
            throw new ArgumentOutOfRangeException(nameof(Weights), Weights, $"{nameof(Weights)} is one of {string.Join(", ", Enum.GetNames<OnnxWeightType>())}.");
        if (Tolerance is { } tolerance && !(tolerance > 0))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, $"{nameof(Tolerance)} is {Tolerance}; it must be positive.");
    }

    /// <summary>Throws where the backbone does not have what is asked for.</summary>
    internal void RequireOf(EncoderNetwork network)
    {
        Backbone backbone = network.Backbone.Description!;
        if (FeatureMap && !backbone.HasFeatureMap)
            throw new ArgumentException(
                $"{nameof(FeatureMap)} is set, and {backbone.Name} has no feature map: a vision transformer's features are its class token. Leave it out, or train a ResNet.",
                nameof(network));
        if (Projector && network.Projector is null)
        {
            throw new ArgumentException(
                $"{nameof(Projector)} is set, and this encoder has no projection head: pretraining hands it out where its option KeepProjector is set, and files of weights "
                    + "do not hold it. A run that has a workspace gives it without training again: fit with Resume and KeepProjector.",
                nameof(network));
        }
    }
}
