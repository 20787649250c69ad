using Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Backbones;

/// <content>Layers of torch in evaluation mode as nodes: how their weights are stored, and batch norms folded into what is before them.</content>
internal sealed partial class OnnxGraphWriter
{
    /// <summary>The weight of a convolution or linear layer, stored as the graph stores weights; what comes out are 32-bit floats.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values.</param>
    /// <param name="channelAxis">The axis of the output channels, each of which has a scale of its own in 8 bits.</param>
    public string Weight(string name, Tensor values, int channelAxis)
    {
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        switch (_weights)
        {
            case OnnxWeightType.Float16:
                Tensor halves = values.to(ScalarType.Float16).cpu().contiguous();
                return Cast(AddInitializer(name, TensorProto.Types.DataType.Float16, halves.bytes, halves.shape), TensorProto.Types.DataType.Float);
            case OnnxWeightType.Int8:
                (Tensor integers, Tensor scales) = OnnxQuantization.PerChannel(values.to(ScalarType.Float32).cpu(), channelAxis);
                return Node(
                    "DequantizeLinear",
                    $"{name}.dequantized",
                    [AddInitializer(name, TensorProto.Types.DataType.Int8, integers.bytes, integers.shape), Initializer($"{name}.scale", scales)],
                    Attribute("axis", channelAxis));
            default:
                return Initializer(name, values);
        }
    }

    /// <summary>A convolution, with its bias where it has one.</summary>
    public string Convolution(string path, string input, Conv2d convolution) =>
        Convolution(path, input, convolution, Weight($"{path}.weight", convolution.weight, channelAxis: 0), convolution.bias is null ? null : Initializer($"{path}.bias", convolution.bias));

    /// <summary>A convolution without bias and the batch norm after it, in evaluation mode.</summary>
    public string ConvolutionAndBatchNorm(string convolutionPath, string input, Conv2d convolution, string batchNormPath, BatchNorm2d batchNorm)
    {
        if (!_foldBatchNorm)
        {
            string x = Convolution(convolutionPath, input, convolution);
            return BatchNormalization(batchNormPath, x, batchNorm);
        }

        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        (Tensor scale, Tensor offset) = Affine(batchNorm);
        Tensor weight = convolution.weight.to(float64) * scale.view(-1, 1, 1, 1);
        return Convolution(convolutionPath, input, convolution, Weight($"{convolutionPath}.weight", weight, channelAxis: 0), Initializer($"{convolutionPath}.bias", offset));
    }

    /// <summary>A linear layer on a matrix [B, D] and the batch norm after it, in evaluation mode.</summary>
    public string LinearAndBatchNorm(string linearPath, string input, Linear linear, string batchNormPath, BatchNorm1d batchNorm)
    {
        if (!_foldBatchNorm)
        {
            // Not as MatMul: ONNX Runtime 1.30 folds a batch norm into one by itself, and leaves a graph behind that lacks the input.
            string[] weights = [Weight($"{linearPath}.weight", linear.weight, channelAxis: 0), .. linear.bias is null ? Array.Empty<string>() : [Initializer($"{linearPath}.bias", linear.bias)]];
            return BatchNormalization(batchNormPath, Node("Gemm", linearPath, [input, .. weights], Attribute("transB", 1)), batchNorm);
        }

        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        (Tensor scale, Tensor offset) = Affine(batchNorm);
        Tensor weight = linear.weight.to(float64).t() * scale;
        Tensor bias = linear.bias is null ? offset : offset + (linear.bias.to(float64) * scale);
        return Add(MatMul(input, Weight($"{linearPath}.weight", weight, channelAxis: 1)), Initializer($"{linearPath}.bias", bias));
    }

    /// <summary>A linear layer on the last axis of a value of any rank.</summary>
    public string Linear(string path, string x, Linear linear)
    {
        using Tensor transposed = linear.weight!.detach().t();
        string product = MatMul(x, Weight($"{path}.weight", transposed, channelAxis: 1));
        return linear.bias is null ? product : Add(product, Initializer($"{path}.bias", linear.bias));
    }

    /// <summary>Layer norm over the last axis.</summary>
    public string LayerNormalization(string path, string x, LayerNorm norm, double epsilon) => Node(
        "LayerNormalization",
        path,
        [x, Initializer($"{path}.weight", norm.weight!), Initializer($"{path}.bias", norm.bias!)],
        Attribute("axis", -1),
        Attribute("epsilon", (float)epsilon));

    private string BatchNormalization(string path, string x, BatchNorm batchNorm) => Node(
        "BatchNormalization",
        path,
        [
            x,
            Initializer($"{path}.weight", batchNorm.weight ?? ones_like(batchNorm.running_var!)),
            Initializer($"{path}.bias", batchNorm.bias ?? zeros_like(batchNorm.running_mean!)),
            Initializer($"{path}.running_mean", batchNorm.running_mean!),
            Initializer($"{path}.running_var", batchNorm.running_var!),
        ],
        Attribute("epsilon", (float)batchNorm.eps));

    /// <summary>What a batch norm multiplies by and adds, in double, so that folding costs one rounding and not several.</summary>
    private static (Tensor Scale, Tensor Offset) Affine(BatchNorm batchNorm)
    {
        Tensor scale = 1 / (batchNorm.running_var!.to(float64) + batchNorm.eps).sqrt();
        if (batchNorm.weight is { } weight)
            scale = weight.to(float64) * scale;
        Tensor offset = -(batchNorm.running_mean!.to(float64) * scale);
        return (scale, batchNorm.bias is { } bias ? bias.to(float64) + offset : offset);
    }

    private string Convolution(string path, string input, Conv2d convolution, string weight, string? bias) => Node(
        "Conv",
        path,
        bias is null ? [input, weight] : [input, weight, bias],
        Attribute("kernel_shape", convolution.kernel_size.AsSpan()),
        Attribute("strides", convolution.stride.AsSpan()),
        Attribute("pads", [.. convolution.padding!, .. convolution.padding!]));
}
