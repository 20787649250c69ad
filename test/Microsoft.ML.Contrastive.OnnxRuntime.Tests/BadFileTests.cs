using Google.Protobuf;
using Onnx;
using DataType = Onnx.TensorProto.Types.DataType;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests;

/// <summary>Files that are no encoders are refused when the estimator is made, with the reason.</summary>
public sealed class BadFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("nowhere.onnx", Assert.Throws<FileNotFoundException>(() => Open(Path.Combine(_folder, "nowhere.onnx"))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_is_called_empty() => Refused([], "is empty");

    [Fact]
    public void Text_is_no_model() => Refused("this is not a model"u8.ToArray(), "not a model that ONNX Runtime can run");

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void A_file_that_is_cut_off_is_no_model(double part)
    {
        byte[] whole = new EncoderFile().Bytes();
        Refused(whole[..(int)(whole.Length * part)], "not a model that ONNX Runtime can run");
    }

    [Fact]
    public void Damaged_bytes_never_do_worse_than_throw()
    {
        byte[] whole = new EncoderFile().Bytes();
        var random = new Random(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] damaged = [.. whole];
            for (int change = 0; change < 3; change++)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            string path = Path.Combine(_folder, "damaged.onnx");
            File.WriteAllBytes(path, damaged);
            Exception? thrown = Record.Exception(() => Open(path));
            Assert.True(thrown is null or InvalidDataException, $"change {i}: {thrown}");
        }
    }

    [Fact]
    public void Inputs_other_than_images_are_described()
    {
        Refused(new EncoderFile { Channels = 4 }, "no image input: 'image' Float [-1, 4, 24, 24]");
        Refused(new EncoderFile { Type = DataType.Uint8 }, "no image input: 'image' UInt8 [-1, 3, 24, 24]");
        Refused(new EncoderFile { TwoInputs = true }, "has 2 inputs");
        Refused(new EncoderFile { Metadata = { ["pixel_range"] = "0..1" } }, "'0..1'");
    }

    [Fact]
    public void A_size_that_is_open_or_contradicted_is_asked_for()
    {
        Refused(new EncoderFile { Width = null }, "set ImageWidth");
        Refused(new EncoderFile { Width = null, Metadata = { ["image_size"] = "-5x10" } }, "set ImageWidth");
        Refused(new EncoderFile(), "takes images of 24 pixels where ImageWidth is 32", width: 32);
        Refused(new EncoderFile { Width = null }, "100000x24", width: 100_000);
        Refused(new EncoderFile { Batch = int.MaxValue, Height = int.MaxValue, Width = int.MaxValue, Unflattened = true }, "has more than 1024 MiB of pixels");
    }

    [Fact]
    public void Outputs_are_found_or_asked_for()
    {
        Refused(new EncoderFile { Output = "embedding", TwoOutputs = true }, "Name the one of the features (ModelOutputName)");
        Refused(new EncoderFile { TwoOutputs = true }, "no output 'Probabilities'", output: "Probabilities");
        Assert.Equal("features", Read(new EncoderFile { TwoOutputs = true }).OutputName);
        Assert.Equal("Score", Read(new EncoderFile { TwoOutputs = true }, "Score").OutputName);
        Assert.Equal("embedding", Read(new EncoderFile { Output = "embedding" }).OutputName);
    }

    [Fact]
    public void A_batch_that_is_not_free_as_it_says_is_found_on_two_images() => Refused(new EncoderFile { ConstantRows = 3 }, "takes images [2, 3, 24, 24] and does not run on them (BatchSize 1");

    [Fact]
    public void What_fails_later_is_told_with_the_file()
    {
        using OnnxEncoderTransformer encoder = new MLContext().Transforms.ApplyOnnxEncoder("Features", "Image", new EncoderFile { ConstantRows = 2 }.Write(_folder)).Open();
        string message = Assert.Throws<InvalidOperationException>(() => encoder.Network.Encode(new float[3 * 3 * 24 * 24], 3, new float[3 * EncoderFile.FeatureDimension])).Message;
        Assert.Contains("encoder.onnx' failed on 3 images of 24x24", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        string path = Path.Combine(_folder, "encoder.onnx");
        using (FileStream file = File.Create(path))
            file.SetLength(3L << 30);       // no bytes on the disk
        Assert.Contains("encoder.onnx' has 3221225472 bytes", Assert.Throws<InvalidDataException>(() => Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_other_files_are_not_read()
    {
        ModelProto model = ModelProto.Parser.ParseFrom(new EncoderFile().Bytes());
        TensorProto weights = model.Graph.Initializer.Single(tensor => tensor.Name == "weight");
        weights.FloatData.Clear();
        weights.DataLocation = TensorProto.Types.DataLocation.External;
        weights.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
        File.WriteAllBytes(Path.Combine(_folder, "weights.bin"), new byte[EncoderFile.FeatureDimension * 3 * 3 * 3 * sizeof(float)]);
        Refused(model.ToByteArray(), "keeps weights in other files, which are not read");
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(1, -1)]
    public void Settings_out_of_range_are_named(int batchSize, int? gpu)
    {
        string file = new EncoderFile().Write(_folder);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MLContext().Transforms.ApplyOnnxEncoder("Features", "Image", file, batchSize, gpu));
    }

    private OnnxEncoderModel Read(EncoderFile file, string? output = null) =>
        OnnxEncoderModel.Read(new OnnxEncoderEstimator.Options { ModelFile = file.Write(_folder), ModelOutputName = output });

    private void Refused(EncoderFile file, string because, int? width = null, string? output = null) => Refused(file.Bytes(), because, width, output);

    private void Refused(byte[] bytes, string because, int? width = null, string? output = null)
    {
        string path = Path.Combine(_folder, "encoder.onnx");
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<InvalidDataException>(() => Open(path, width, output)).Message;
        Assert.Contains(because, message, StringComparison.Ordinal);
        Assert.Contains("encoder.onnx", message, StringComparison.Ordinal);
    }

    private static OnnxEncoderEstimator Open(string path, int? width = null, string? output = null) =>
        new MLContext().Transforms.ApplyOnnxEncoder(new OnnxEncoderEstimator.Options { ModelFile = path, ImageWidth = width, ModelOutputName = output });
}
