using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>An encoder as a chain of ML.NET's own steps, which any ML.NET application can load.</summary>
internal static class StockChain
{
    /// <summary>Resize, extract pixels, score.</summary>
    /// <param name="input">What stands before the model.</param>
    /// <param name="outputColumn">Column of the features.</param>
    /// <param name="model">ONNX: its input bears the name of the column of pixels and takes one image a run, its output that of the column of features and is a vector [D].</param>
    public static TransformerChain<ITransformer> Create(EncoderInput input, string outputColumn, byte[] model)
    {
        // A context of its own: the user's may ask for a GPU, which the scorer would look for while the model is being saved. The application that
        // loads the model decides where it runs.
        var context = new MLContext();
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(input.ImageColumn, new ImageDataViewType());
        var empty = new EmptyView(builder.ToSchema());
        var pixels = input.Estimator.Fit(empty);
        var scorer = context.Transforms.ApplyOnnxModel([outputColumn], [input.PixelColumn], new MemoryStream(model)).Fit(pixels.Transform(empty));
        // The intermediate columns served the scorer only; the loaded pipeline has the columns of the one in memory.
        var drop = context.Transforms.DropColumns(input.ResizedColumn, input.PixelColumn).Fit(scorer.Transform(pixels.Transform(empty)));
        return new TransformerChain<ITransformer>(pixels, scorer, drop);
    }
}
