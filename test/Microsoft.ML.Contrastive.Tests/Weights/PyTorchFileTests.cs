using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Contrastive.Weights.PyTorch;
using TorchSharp;
using static Microsoft.ML.Contrastive.Tests.Weights.PyTorchArchive;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Weights;

public sealed class PyTorchFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    /// <summary>The file that PyTorch 1.13.1 has written: eng/expected/pytorch_file.py.</summary>
    internal static byte[] OfPyTorch()
    {
        using Stream resource = typeof(PyTorchFileTests).Assembly.GetManifestResourceStream("pytorch-1.13.pth")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    [Fact]
    public void A_file_of_PyTorchs_own_is_read_whatever_the_layout_of_its_tensors()
    {
        using DisposeScope scope = NewDisposeScope();
        using PyTorchFile file = Open(OfPyTorch());
        Tensor matrix = arange(24, ScalarType.Float32).reshape(4, 6);
        (string Name, Tensor Expected)[] expected =
        [
            ("contiguous", matrix),
            ("transposed", matrix.t()),
            ("slice", tensor(new float[] { 8, 9, 10, 14, 15, 16 }, [2, 3])),
            ("strided", tensor(new float[] { 0, 3, 12, 15 }, [2, 2])),
            ("head", arange(4, ScalarType.Float32)),
            ("tail", arange(4, 10, ScalarType.Float32)),
            ("expanded", ones(5).mul(3f)),
            ("scalar", tensor(2.5f)),
            ("empty", empty(0, 3)),
            ("double", tensor(new[] { 0.1, -0.2 })),
            ("half", tensor(new[] { 0.5f, -1.5f }).to(ScalarType.Float16)),
            ("brain", tensor(new[] { 0.5f, -1.5f }).to(ScalarType.BFloat16)),
            ("long", tensor(new[] { -(1L << 62), 1L << 62 })),
            ("int", tensor(new[] { -7, 7 })),
            ("short", tensor(new short[] { -7, 7 })),
            ("char", tensor(new sbyte[] { -7, 7 })),
            ("byte", tensor(new byte[] { 0, 255 })),
            ("bool", tensor(new[] { true, false })),
            ("parameter", tensor(new[] { 1f, 2f })),
        ];
        foreach ((string name, Tensor values) in expected)
        {
            Tensor actual = file.Read($"state_dict.{name}");
            Assert.Equal(values.dtype, actual.dtype);
            Assert.Equal(values.shape, actual.shape);
            if (values.numel() > 0)
                Assert.Equal(values.contiguous().bytes.ToArray(), actual.bytes.ToArray());
        }

        Assert.Equal(expected.Select(e => e.Name).Order(), file.Tensors.Select(t => t.Name).Where(n => n.StartsWith("state_dict.", StringComparison.Ordinal)).Select(n => n[11..]).Order());
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Read("linear.weight").data<float>().ToArray().Select(v => MathF.Round(v)));
        Assert.Equal([3, 2], file.Tensors.Single(t => t.Name == "optimizer.state.0.momentum_buffer").Shape);
        Assert.Throws<InvalidDataException>(() => file.Read("state_dict.none"));
    }

    [Fact]
    public void What_is_written_comes_back_bit_for_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        (string Name, Tensor Tensor)[] tensors =
        [
            ("layer1.0.conv1.weight", randn(3, 5)),
            ("transposed", randn(3, 5).t()),
            ("counter", tensor(1L << 60)),
            ("half", randn(7).to(ScalarType.Float16)),
            ("empty", empty(0, 3)),
            ("named strangely \u00fc", tensor(new[] { float.NaN, float.PositiveInfinity, -0f })),
        ];
        using var first = new MemoryStream();
        PyTorchWriter.Write(first, tensors);
        using PyTorchFile file = Open(first.ToArray());
        Assert.Equal(tensors.Select(t => t.Name), file.Tensors.Select(t => t.Name));
        foreach ((string name, Tensor expected) in tensors)
        {
            Tensor actual = file.Read(name);
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            if (expected.numel() > 0)
                Assert.Equal(expected.contiguous().bytes.ToArray(), actual.bytes.ToArray());
        }

        using var second = new MemoryStream();
        PyTorchWriter.Write(second, tensors);
        Assert.Equal(first.ToArray(), second.ToArray());
        Assert.Throws<NotSupportedException>(() => PyTorchWriter.Write(Stream.Null, [("complex", zeros(2, ScalarType.ComplexFloat32))]));
    }

    public static TheoryData<string, byte[]> Hostile() => new()
    {
        { "ends at element 2 of a storage of 2", Tensor(offset: "K\u0001") },
        { "ends at element 4 of a storage of 2", Tensor(sizes: "K\u0003\u0085", strides: "K\u0002\u0085") },
        { "negative size, stride or offset", Tensor(offset: "J\u00ff\u00ff\u00ff\u00ff") },
        { "negative size, stride or offset", Tensor(sizes: "J\u00ff\u00ff\u00ff\u00ff\u0085") },
        { "negative size, stride or offset", Tensor(strides: "J\u00ff\u00ff\u00ff\u00ff\u0085") },
        { "1 sizes and 2 strides", Tensor(strides: "K\u0001K\u0001\u0086") },
        { "200 sizes", Tensor(sizes: $"({string.Concat(Enumerable.Repeat("K\u0001", 200))}t", strides: $"({string.Concat(Enumerable.Repeat("K\u0001", 200))}t") },
        { "larger than any file", Tensor(sizes: "J\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007f\u0087", strides: "K\0K\0K\0\u0087") },
        { "larger than any file", Tensor(sizes: "(K\0J\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007ft", strides: "(K\0K\0K\0K\0t") },
        { "exceed the whole file", Tensor(sizes: "J\u00ff\u00ff\u00ff\u007f\u0085", strides: "K\0\u0085") },
        { "which take 4000000000 bytes", Tensor(count: "J\0\u00ca\u009a\u003b") },
        { "'x/data/7' with the elements of a tensor is missing", Tensor(key: "7") },
        { "'x/data/../0' with the elements of a tensor is missing", Tensor(key: "../0") },
        { "'torch.QUInt8Storage'", Tensor(storage: "QUInt8Storage") },
        { "the tensor 'a' occurs twice", Pickle($"}}{Text("a")}{Rebuild()}s{Text("a")}{Rebuild()}s.") },
        { "'posix.system'", Pickle($"cposix\nsystem\n{Text("true")}\u0085R.") },
        { "'builtins.eval'", Pickle($"cbuiltins\neval\n{Text("1")}\u0085R.") },
        { "'builtins.getattr'", Pickle($"{Text("builtins")}{Text("getattr")}\u0093.") },
        { "'__main__.Network'", Pickle("c__main__\nNetwork\n)\u0081.") },
        { "no function", Pickle("N)R.") },
        { "'torch.FloatStorage', which is no function", Pickle("ctorch\nFloatStorage\n)R.") },
        { "made of something that is no tensor", Pickle("ctorch._utils\n_rebuild_parameter\nN\u0085R.") },
        { "lacks its storage", Pickle("ctorch._utils\n_rebuild_tensor_v2\nN\u0085R.") },
        { "in a way that torch.save does not", Pickle($"{Text("http://example.org")}Q.") },
        { "operation 0x69", Pickle("(iposix\nsystem\n.") },
        { "operation 0x6F", Pickle("(cbuiltins\nint\no.") },
        { "empty stack", Pickle(".") },
        { "empty stack", Pickle("(0.") },
        { "has not begun", Pickle("t.") },
        { "has not kept", Pickle("h\u0003.") },
        { "a key without a value", Pickle("}(K\u0001u.") },
        { "no container", Pickle("K\u0001K\u0002" + "a.") },
        { "no dictionary of tensors", Pickle("].") },
        { "claims 4294967295 bytes", Pickle("X\u00ff\u00ff\u00ff\u00ff") },
        { "claims 18446744073709551615 bytes", Pickle("\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff") },
        { "does not end", Pickle("cposix") },
        { "ends within", Pickle("K") },
        { "ends within", [] },
        { "more than 500000 operations", Pickle(new string('}', 600_000)) },
        { "has 17000002 bytes", Pickle(new string('N', 17_000_000)) },
    };

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public void A_pickle_that_contradicts_itself_or_wants_more_than_tensors_is_refused_by_name(string problem, byte[] pickle)
    {
        var thrown = Assert.Throws<InvalidDataException>(() => Open(Archive(pickle)));
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("'test.pth'", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>A dictionary in itself, and dictionaries that hold the one before a hundred times, ten deep: paths without number.</summary>
    [Fact]
    public void Dictionaries_without_end_do_not_keep_the_reader()
    {
        var laughs = new StringBuilder("}q\0");
        for (char i = '\u0001'; i < 10; i++)
        {
            laughs.Append($"}}q{i}");
            for (int k = 0; k < 100; k++)
                laughs.Append($"{Text($"{k}")}h{(char)(i - 1)}s");
        }

        var clock = Stopwatch.StartNew();
        using (PyTorchFile file = Open(Archive(Pickle(laughs.Append('.').ToString()))))
            Assert.Empty(file.Tensors);
        using (PyTorchFile file = Open(Archive(Pickle($"}}q\0{Text("self")}h\0s{Text("a")}{Rebuild()}s."))))
            Assert.Equal(["a"], file.Tensors.Select(t => t.Name));
        string nested = string.Concat(Enumerable.Repeat("\u0085", 300_000));
        using (PyTorchFile file = Open(Archive(Pickle($"}}{Text("deep")}N{nested}s."))))
            Assert.Empty(file.Tensors);
        // Against years; no measure of speed.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData("}")]           // containers
    [InlineData("}\u0094")]     // remembered
    [InlineData(")\u0085")]     // tuples in tuples
    [InlineData("(")]           // groups that never end
    public void The_densest_pickles_take_no_memory_to_speak_of(string operations)
    {
        byte[] archive = Archive(Pickle(string.Concat(Enumerable.Repeat(operations, 600_000 / operations.Length))));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => Open(archive));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 128 << 20);
    }

    [Fact]
    public void What_runs_have_beside_their_weights_is_passed_over_and_never_built()
    {
        string namespaced = $"cargparse\nNamespace\n)\u0081}}{Text("lr")}K\u0001sb";
        using PyTorchFile file = Open(Archive(Pickle($"}}{Text("args")}{namespaced}s{Text("hooks")}cpytorch_lightning.callbacks\nCheckpoint\n)Rs{Text("a")}{Rebuild()}s.")));
        using Tensor a = file.Read("a");
        Assert.Equal([1f, 2f], a.data<float>().ToArray());
    }

    [Fact]
    public void An_archive_that_is_no_checkpoint_is_refused()
    {
        byte[] sound = Archive(Tensor());
        Open(sound).Dispose();
        Refused("compressed", Archive(Tensor(key: "1"), CompressionLevel.Optimal, ("x/data/1", new byte[10_000_000])));
        Refused("compressed", Archive(Pickle(new string('N', 10_000) + "."), CompressionLevel.Optimal));
        Refused("TorchScript", Archive(Tensor(), more: ("x/constants.pkl", [])));
        Refused("byte order", Archive(Tensor(), more: ("x/byteorder", "big"u8.ToArray())));
        Refused("occurs twice", Archive(Tensor(), more: ("x/data/0", [])));
        Refused("2 files data.pkl", Archive(Tensor(), more: ("y/data.pkl", [])));
        Refused("no sound PyTorch file", sound[..^30]);
        Refused("no sound PyTorch file", sound[..40]);

        static void Refused(string problem, byte[] archive) =>
            Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => Open(archive)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a pickle: PyTorch's format before version 1.6", new byte[] { 0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20 })]
    [InlineData("neither a safetensors file nor a zip archive", new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
    public void A_file_of_another_format_is_refused_with_what_to_do(string kind, byte[] bytes) => RefusedByKind(kind, bytes);

    [Fact]
    public void A_tar_archive_is_refused_with_what_to_do()
    {
        var tar = new byte[1024];
        "sys_info"u8.CopyTo(tar);
        "ustar"u8.CopyTo(tar.AsSpan(257));
        RefusedByKind("a tar archive", tar);
    }

    [Fact]
    public void The_first_bytes_decide_how_a_file_is_read()
    {
        File.WriteAllBytes(_path, OfPyTorch());
        using (TensorFile file = TensorFile.Open(_path))
            Assert.IsType<PyTorchFile>(file);
        using (FileStream stream = File.Create(_path))
            SafetensorsWriter.Write(stream, [("a", zeros(2))]);
        using (TensorFile file = TensorFile.Open(_path))
            Assert.IsType<SafetensorsFile>(file);
    }

    private void RefusedByKind(string kind, byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        var thrown = Assert.Throws<InvalidDataException>(() => TensorFile.Open(_path));
        Assert.Contains(kind, thrown.Message, StringComparison.Ordinal);
        Assert.Contains("torch.save(torch.load(path", thrown.Message, StringComparison.Ordinal);
    }

    private static PyTorchFile Open(byte[] bytes) => PyTorchFile.Open(new MemoryStream(bytes), "test.pth");
}
