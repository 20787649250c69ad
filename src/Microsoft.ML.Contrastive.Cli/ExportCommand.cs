using System.CommandLine;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Encoders;
using Microsoft.ML.Contrastive.Weights;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive export</c>: an encoder as a file for other programs. The extension says which kind.</summary>
internal sealed class ExportCommand
{
    private const string OnnxExtension = ".onnx";

    private static readonly string[] WeightExtensions = [".safetensors", ".pth", ".pt"];

    private readonly EncoderOptions _encoder = new();
    private readonly Option<string> _output = new("--output") { Description = "The file: .onnx, .safetensors, .pth or .pt.", HelpName = "FILE", Required = true };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file where it exists, once the new one is whole." };
    private readonly Option<int?> _fixedBatch = new("--fixed-batch") { Description = "ONNX: images a call; any number when left out.", HelpName = "N", CustomParser = OptionParsing.Whole(1) };
    private readonly Option<bool> _rawImage = new("--raw-image") { Description = "ONNX: the input is the image as decoders give it, of any size; resizing is part of the graph." };
    private readonly Option<bool> _featureMap = new("--feature-map") { Description = "ONNX: the last feature map instead of pooled features, for detectors and segmenters." };
    private readonly Option<OnnxWeightType> _weights = new("--weights")
    {
        Description = "ONNX: float32, float16 or int8. Default: float32.",
        HelpName = "TYPE",
        CustomParser = OptionParsing.Parsed(Choice<OnnxWeightType>),
    };
    private readonly Option<bool> _keepBatchNorm = new("--keep-batch-norm") { Description = "ONNX: leave batch norms as they are instead of folding them into convolutions." };
    private readonly Option<string?> _license = new("--license") { Description = "ONNX: the licence of the weights, e.g. an SPDX identifier.", HelpName = "TEXT" };
    private readonly Option<string?> _inputName = new("--input-name") { Description = "ONNX: name of the input. Default: image.", HelpName = "NAME" };
    private readonly Option<string?> _outputName = new("--output-name") { Description = "ONNX: name of the output. Default: features.", HelpName = "NAME" };
    private readonly Option<WeightFormat?> _names = new("--names")
    {
        Description = "Weights: whose names the tensors bear: torchvision, timm, detectron2c4 or detectron2fpn.",
        HelpName = "FORMAT",
        CustomParser = OptionParsing.Parsed<WeightFormat?>(text => Choice<WeightFormat>(text)),
    };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new ExportCommand();
        return new Verb(
            "export",
            "Writes an encoder as an ONNX file, which is run and compared with the network, or as weights for PyTorch.",
            [
                "--encoder runs/photos --output encoder.onnx", "--encoder runs/photos --checkpoint best --output phone.onnx --raw-image --weights int8",
                "--encoder runs/photos --output encoder.pth --names timm", "--encoder moco_v2_800ep_pretrain.pth.tar --backbone resnet50 --output moco.onnx"],
            [
                .. command._encoder.All, command._output, command._overwrite, command._fixedBatch, command._rawImage, command._featureMap, command._weights, command._keepBatchNorm,
                command._license, command._inputName,
                command._outputName, command._names, CommonOptions.Device, CommonOptions.Json, CommonOptions.Libtorch,
            ],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        string output = OutputFile.Require(context.Value(_output)!, [OnnxExtension, .. WeightExtensions], context.Value(_overwrite));
        bool onnx = Path.GetExtension(output).Equals(OnnxExtension, StringComparison.OrdinalIgnoreCase);
        RequireFor(onnx ? [_names] : [_fixedBatch, _rawImage, _featureMap, _weights, _keepBatchNorm, _license, _inputName, _outputName], context, onnx ? "weights" : "ONNX");

        using SavedEncoder encoder = SavedEncoder.OpenNetwork(context, _encoder);
        var network = (ContrastiveEncoderTransformer)encoder.Transformer;
        OnnxExportResult? result = null;
        if (onnx)
            result = network.ExportToOnnx(output, Options(context));
        else
            network.SaveWeights(output, context.Value(_names));
        if (context.Json)
            context.WriteJson(
                new
                {
                    File = output,
                    Bytes = new FileInfo(output).Length,
                    From = encoder.Origin,
                    Backbone = encoder.Name,
                    encoder.FeatureDimension,
                    ImageSize = new[] { network.ImageSize.Width, network.ImageSize.Height },
                    Onnx = result,
                });
        else
            context.Output.WriteLine($"wrote {output}: {encoder.Name} from {encoder.Origin}{(result is null ? $", {new FileInfo(output).Length:N0} bytes" : $"; {result}")}");
        return ExitCode.Success;
    }

    private OnnxExportOptions Options(VerbContext context)
    {
        var options = new OnnxExportOptions
        {
            FixedBatch = context.Value(_fixedBatch),
            RawImageInput = context.Value(_rawImage),
            FeatureMap = context.Value(_featureMap),
            Weights = context.Value(_weights),
            FoldBatchNorm = !context.Value(_keepBatchNorm),
            License = context.Value(_license),
        };
        options = options with { InputName = context.Value(_inputName) ?? options.InputName, OutputName = context.Value(_outputName) ?? options.OutputName };
        return options;
    }

    private static void RequireFor(IEnumerable<Option> others, VerbContext context, string kind)
    {
        if (others.FirstOrDefault(context.Has) is { } option)
            throw new UsageException($"{option.Name} is for {kind}; --output names another kind of file.");
    }

    private static T Choice<T>(string text)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
        return Enum.Parse<T>(OptionParsing.OneOf(names)(text.ToLowerInvariant()), ignoreCase: true);
    }
}
