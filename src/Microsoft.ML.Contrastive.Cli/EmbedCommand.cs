using System.CommandLine;
using System.Diagnostics;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Embed;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive embed</c>: the features of all images of a data set as a table.</summary>
internal sealed class EmbedCommand
{
    private readonly EncoderOptions _encoder = new();
    private readonly Option<string> _dataset = new("--dataset") { Description = "Images: a folder, an archive, a list or a data set's own files.", HelpName = "PATH", Required = true };
    private readonly Option<string?> _format = new("--dataset-format") { Description = "Layout of the data set, where it is not recognised.", HelpName = "NAME" };
    private readonly Option<string?> _split = new("--split")
    {
        Description = $"Only images of this part: {string.Join(", ", Split.All)}. Default: all images.",
        HelpName = "NAME",
        CustomParser = OptionParsing.Parsed<string?>(text => OptionParsing.OneOf(Split.All)(text)),
    };
    private readonly Option<string> _output = new("--output")
    {
        Description = "The file: .csv (filename,embedding_0,…), .parquet (filename and a list of floats), or .npy (an array of floats, with the names in FILE.filenames.txt).",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file where it exists." };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new EmbedCommand();
        return new Verb(
            "embed",
            "Writes the features of images as a table: one row an image. Of a run that has been exported, and of ONNX files, without torch.",
            [
                "--encoder runs/photos --dataset photos --output embeddings.csv", "--encoder encoder.onnx --dataset photos.zip --output embeddings.npy",
                "--encoder resnet50.pth --backbone resnet50 --dataset photos --output embeddings.csv"],
            [.. command._encoder.All, command._dataset, command._format, command._split, command._output, command._overwrite, CommonOptions.Device, CommonOptions.Json, CommonOptions.Libtorch],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        string output = OutputFile.Require(context.Value(_output)!, EmbeddingFile.Extensions, context.Value(_overwrite));

        // A broken image is found before, not in the middle of a batch.
        using Dataset dataset = Dataset.Open(
            context.Value(_dataset)!, new DatasetOptions { Format = context.Value(_format), BrokenImages = BrokenImages.LeaveOut, Cancellation = context.Cancellation });
        foreach (string note in dataset.Notes)
            context.Error.WriteLine(note);
        IDataView images = context.Value(_split) is { } split ? dataset.RowsOf(split) : dataset.Rows;
        using SavedEncoder encoder = SavedEncoder.Open(context, _encoder, images);
        long started = Stopwatch.GetTimestamp();
        long rows = ProgressBars.While(context, bars =>
            Write(context, dataset, encoder.Transformer.Transform(images), encoder.FeatureDimension, output, bars?.Begin("Encoding", images.GetRowCount() ?? dataset.Count)));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (context.Json)
            context.WriteJson(new { File = output, Rows = rows, encoder.FeatureDimension, From = encoder.Origin, Seconds = seconds, Format = dataset.Format });
        else
            context.Output.WriteLine(FormattableString.Invariant($"wrote {output}: {rows} images, {encoder.FeatureDimension} features each, from {encoder.Origin} ({rows / seconds:0} images/s)"));
        return ExitCode.Success;
    }

    private static long Write(VerbContext context, Dataset dataset, IDataView embedded, int dimension, string output, Action? advance)
    {
        DataViewSchema.Column path = embedded.Schema[DatasetView.PathColumnName], features = embedded.Schema[SavedEncoder.FeaturesColumnName];
        using EmbeddingFile file = EmbeddingFile.Create(output, dimension);
        using DataViewRowCursor cursor = embedded.GetRowCursor([path, features]);
        ValueGetter<ReadOnlyMemory<char>> nameGetter = cursor.GetGetter<ReadOnlyMemory<char>>(path);
        ValueGetter<VBuffer<float>> featureGetter = cursor.GetGetter<VBuffer<float>>(features);
        ReadOnlyMemory<char> name = default;
        VBuffer<float> values = default;
        float[] embedding = new float[dimension];
        long rows = 0;
        while (cursor.MoveNext())
        {
            context.Cancellation.ThrowIfCancellationRequested();
            nameGetter(ref name);
            featureGetter(ref values);
            values.CopyTo(embedding);
            file.Add(dataset.RelativeName(name.ToString()), embedding);
            rows++;
            advance?.Invoke();
        }

        file.Complete();
        return rows;
    }
}
