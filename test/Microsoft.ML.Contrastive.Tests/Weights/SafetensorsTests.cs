using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.Contrastive.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Weights;

public sealed class SafetensorsTests : IDisposable
{
    private const string Sound = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""";

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Tensors_of_every_type_and_layout_come_back_bit_for_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        (string, Tensor)[] tensors =
        [
            ("float", randn(3, 5)),
            ("transposed", randn(3, 5).t()),
            ("slice", randn(4, 6).narrow(1, 2, 3)),
            ("double", randn(2, 2, 2, dtype: ScalarType.Float64)),
            ("counter", tensor(1L << 60)),
            ("int", tensor(new[] { int.MinValue, int.MaxValue })),
            ("bytes", tensor(new byte[] { 0, 1, 255 })),
            ("flags", tensor(new[] { true, false, true })),
            ("half", randn(7).to(ScalarType.Float16)),
            ("brain", randn(7).to(ScalarType.BFloat16)),
            ("empty", empty(0, 3)),
            ("not finite", tensor(new[] { float.NaN, float.PositiveInfinity, -0f })),
            ("named \"strangely\" \u00fc", ones(1)),
        ];
        using (FileStream stream = File.Create(_path))
            SafetensorsWriter.Write(stream, tensors);

        using SafetensorsFile file = SafetensorsFile.Open(_path);
        Assert.Equal(tensors.Select(t => t.Item1).Order(), file.Entries.Keys.Order());
        foreach ((string name, Tensor expected) in tensors)
        {
            Tensor actual = file.Read(name);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            if (expected.numel() > 0)
                Assert.Equal(expected.contiguous().bytes.ToArray(), actual.bytes.ToArray());
        }
    }

    /// <summary>The layout that the format's description gives, byte for byte.</summary>
    [Fact]
    public void A_file_is_laid_out_as_the_format_says()
    {
        using DisposeScope scope = NewDisposeScope();
        using (FileStream stream = File.Create(_path))
            SafetensorsWriter.Write(stream, [("a", tensor(new[] { 1f, 2f })), ("b", tensor((byte)7))]);
        byte[] bytes = File.ReadAllBytes(_path);
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, (8 + header) % 8);
        Assert.Equal(Sound, Encoding.UTF8.GetString(bytes, 8, header).TrimEnd(' '));
        Assert.Equal([0, 0, 128, 63, 0, 0, 0, 64, 7], bytes[(8 + header)..]);
    }

    [Fact]
    public void A_file_of_another_writer_is_read()
    {
        Write("""  {"__metadata__":{"format":"pt"},"b":{"data_offsets":[8,9],"shape":[],"dtype":"U8"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   """, [0, 0, 128, 63, 0, 0, 0, 64, 7]);
        using SafetensorsFile file = SafetensorsFile.Open(_path);
        using Tensor a = file.Read("a"), b = file.Read("b");
        Assert.Equal([1f, 2f], a.data<float>().ToArray());
        Assert.Equal(7, b.item<byte>());
        Assert.Throws<InvalidDataException>(() => file.Read("c"));
    }

    [Theory]
    [InlineData("[]", "no JSON object")]
    [InlineData("{", "not JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]},"b":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""", "whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[2],"data_offsets":[7,9]}}""", "inside of another")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""", "occurs twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]}}""", "takes 12 bytes")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1000000000000],"data_offsets":[0,1000000000000]}}""", "holds 9 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,9]}}""", "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,9]}}""", "larger than any file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", "larger than any file")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "not JSON")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", "unknown type")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "lacks")]
    [InlineData("""{"a":{"dtype":"F32","data_offsets":[0,8]}}""", "lacks")]
    [InlineData("""{"a":7}""", "lacks")]
    public void A_header_that_contradicts_itself_or_the_file_is_refused(string header, string problem)
    {
        Write(header, new byte[9]);
        var thrown = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(_path));
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(_path, thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    [InlineData(1_400_000_000UL)]
    [InlineData(50_000_000UL)]
    [InlineData(3UL)]
    public void A_header_beyond_the_file_is_refused_before_anything_is_allocated_for_it(ulong length)
    {
        var bytes = new byte[10];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(_path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(_path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_too_short_for_its_own_beginning_is_refused()
    {
        File.WriteAllBytes(_path, [1, 0, 0]);
        Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(_path));
    }

    private void Write(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        File.WriteAllBytes(_path, [.. prefix, .. json, .. data]);
    }
}
