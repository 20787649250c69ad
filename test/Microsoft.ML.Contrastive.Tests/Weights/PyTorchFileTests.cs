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
    /// <param name="legacy">Whether in the form before PyTorch 1.6.</param>
    internal static byte[] OfPyTorch(bool legacy = false)
    {
        using Stream resource = typeof(PyTorchFileTests).Assembly.GetManifestResourceStream(legacy ? "pytorch-1.13-legacy.pth" : "pytorch-1.13.pth")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_PyTorchs_own_is_read_whatever_the_layout_of_its_tensors(bool legacy)
    {
        using DisposeScope scope = NewDisposeScope();
        using PyTorchFile file = Open(OfPyTorch(legacy));
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
        { "a whole network with its code", Pickle($"({Text("module")}Nt" + "Q.") },
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

    [Theory]
    [MemberData(nameof(Hostile), DisableDiscoveryEnumeration = true)]
    public void Such_a_pickle_is_refused_in_the_form_before_PyTorch_1_6_too(string problem, byte[] pickle)
    {
        string message = Assert.Throws<InvalidDataException>(() => Open(Legacy(pickle))).Message;
        // What an archive has of a storage is a file; here it stands behind the pickles, and so may the pickle's end.
        bool differs = problem.Contains("x/data", StringComparison.Ordinal) || problem.Contains("which take", StringComparison.Ordinal) || problem.Contains("17000002", StringComparison.Ordinal)
            || problem.Contains("ends within", StringComparison.Ordinal) || problem.Contains("claims", StringComparison.Ordinal) || problem.Contains("does not end", StringComparison.Ordinal)
            || problem.Contains("no dictionary", StringComparison.Ordinal);
        Assert.Contains(differs ? "'test.pth'" : problem, message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> HostileLegacy() => new()
    {
        { "version is not 1001", [.. LegacyMagic, .. Pickle("K\u0001.")] },
        { "byte order", [.. LegacyMagic, .. LegacyVersion, .. Pickle($"}}{Text("little_endian")}\u0089s.")] },
        { "byte order", [.. LegacyMagic, .. LegacyVersion, .. Pickle("N.")] },
        { "no list of its storages", Legacy(Tensor(), Pickle("N.")) },
        { "that no tensor refers to", Legacy(Tensor(), Pickle($"]{Text("7")}a.")) },
        { "that no tensor refers to", Legacy(Tensor(), Pickle("]K\0a.")) },
        { "'0' occurs twice", Legacy(Tensor(), Pickle($"]{Text("0")}a{Text("0")}a."), LegacyStorage, LegacyStorage) },
        { "'0' with the elements of a tensor is missing", Legacy(Tensor(), Pickle("].")) },
        { "has 3 elements where its tensors speak of 2", Legacy(Tensor(), null, [3, 0, 0, 0, 0, 0, 0, 0]) },
        { "takes 4000000000 bytes, but only 8 follow", Legacy(Tensor(count: "J\0\u00ca\u009a\u003b"), null, [0, 0xca, 0x9a, 0x3b, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]) },
        { "takes 9223372036854775807", Legacy(Tensor(count: "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", storage: "ByteStorage"), null, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]) },
        { "takes -1 bytes", Legacy(Tensor(count: "J\u00ff\u00ff\u00ff\u00ff", storage: "ByteStorage"), null, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) },
        { "'0' is described twice", Legacy(Pickle($"}}{Text("a")}{Rebuild()}s{Text("b")}{Rebuild(storage: "IntStorage")}s.")) },
        { "part of another", Legacy(Tensor(count: $"K\u0002({Text("1")}K\0K\u0002t")) },
        { "the end", Legacy(Tensor(), null, [2, 0, 0, 0]) },
    };

    [Theory]
    [MemberData(nameof(HostileLegacy), DisableDiscoveryEnumeration = true)]
    public void A_file_of_the_form_before_PyTorch_1_6_that_contradicts_itself_is_refused(string problem, byte[] file) =>
        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => Open(file)).Message, StringComparison.Ordinal);

    [Fact]
    public void Both_forms_of_a_tensor_come_to_the_same()
    {
        foreach (byte[] bytes in (byte[][])[Archive(Tensor()), Legacy(Tensor()), Legacy(Tensor(count: "K\u0002N"))])
        {
            using PyTorchFile file = Open(bytes);
            using Tensor a = file.Read("a");
            Assert.Equal([1f, 2f], a.data<float>().ToArray());
        }
    }

    /// <summary>PyTorch 2.1 and later, of types that have no storage of their own: a storage of bytes, and the type beside it.</summary>
    [Fact]
    public void A_tensor_on_a_storage_of_bytes_has_the_type_that_stands_beside_it()
    {
        string Typed(string type, string strides = "K\u0001\u0085") => Rebuild(storage: "FloatStorage", strides: strides)
            .Replace("_rebuild_tensor_v2", "_rebuild_tensor_v3", StringComparison.Ordinal)
            .Replace("ctorch\nFloatStorage", "ctorch.storage\nUntypedStorage", StringComparison.Ordinal)
            .Replace($"{Text("cpu")}K\u0002", $"{Text("cpu")}K\u0008", StringComparison.Ordinal)[..^2] + $"ctorch\n{type}\ntR";
        using (PyTorchFile file = Open(Archive(Pickle($"}}{Text("a")}{Typed("float32")}s."))))
        {
            using Tensor a = file.Read("a");
            Assert.Equal([1f, 2f], a.data<float>().ToArray());
        }

        using (PyTorchFile file = Open(Archive(Pickle($"}}{Text("a")}{Typed("int16")}s."))))
        {
            using Tensor a = file.Read("a");
            Assert.Equal([0, 16256], a.data<short>().ToArray());
        }

        Refused("ends at element 4 of a storage of 2", Archive(Pickle($"}}{Text("a")}{Typed("float32", "K\u0004\u0085")}s.")));
        Refused("float8_e5m2", Archive(Pickle($"}}{Text("a")}{Typed("float8_e5m2")}s.")));
        Refused("cannot be read", Archive(Pickle($"}}{Text("a")}{Typed("complexfloat32")}s.")));
    }

    [Fact]
    public void A_flipped_bit_is_found_by_the_archives_checksum()
    {
        byte[] sound = Archive(Pickle($"}}{Text("all")}{Rebuild()}s{Text("head")}{Rebuild(sizes: "K\u0001\u0085")}s{Text("tail")}{Rebuild("K\u0001", "K\u0001\u0085")}s."));
        int data = sound.AsSpan().IndexOf((byte[])[0, 0, 128, 63, 0, 0, 0, 64]);
        for (int bit = 0; bit < 64; bit += 7)
        {
            byte[] damaged = [.. sound];
            damaged[data + (bit / 8)] ^= (byte)(1 << (bit % 8));
            using PyTorchFile file = Open(damaged);
            foreach (string tensor in (string[])["all", "head", "tail"])
            {
                string message = Assert.Throws<InvalidDataException>(() => file.Read(tensor)).Message;
                Assert.Contains($"'{tensor}'", message, StringComparison.Ordinal);
                Assert.Contains("checksum of 'x/data/0'", message, StringComparison.Ordinal);
            }
        }

        byte[] pickle = [.. sound];
        pickle[pickle.AsSpan().IndexOf("tail"u8)] ^= 1;
        Refused("checksum of 'x/data.pkl'", pickle);
        // Without checksums, which PyTorch can be told to leave out, the bit is not found and the file is read.
        for (int at = 0; at + 20 < pickle.Length; at++)
        {
            if (pickle.AsSpan(at).StartsWith("PK\u0001\u0002"u8))
                pickle.AsSpan(at + 16, 4).Clear();
        }

        using PyTorchFile unchecked_ = Open(pickle);
        using Tensor whole = unchecked_.Read("all");
        Assert.Equal(["all", "head", "uail"], unchecked_.Tensors.Select(t => t.Name));
    }

    [Fact]
    public void The_checksum_is_that_of_zip_archives()
    {
        Assert.Equal(0xCBF43926u, Crc32.Append(0, "123456789"u8));
        Assert.Equal(0u, Crc32.Append(0, []));
        byte[] bytes = new byte[1000];
        new Random(1).NextBytes(bytes);
        using var stream = new MemoryStream(Archive(bytes));
        using var archive = new ZipArchive(stream);
        uint expected = archive.GetEntry("x/data.pkl")!.Crc32;
        foreach (int cut in (int[])[0, 1, 7, 8, 9, 500, 999, 1000])
            Assert.Equal(expected, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
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
    }

    [Theory]
    [InlineData("such as detectron2's", new byte[] { 0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20 })]
    [InlineData("neither a safetensors file nor one that PyTorch writes", new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })]
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
            Assert.IsType<ZippedPyTorchFile>(file);
        File.WriteAllBytes(_path, OfPyTorch(legacy: true));
        using (TensorFile file = TensorFile.Open(_path))
            Assert.IsType<LegacyPyTorchFile>(file);
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
        Assert.Contains("torch.save(", thrown.Message, StringComparison.Ordinal);
    }

    private static void Refused(string problem, byte[] file) =>
        Assert.Contains(problem, Assert.Throws<InvalidDataException>(() => Open(file)).Message, StringComparison.Ordinal);

    private static PyTorchFile Open(byte[] bytes) => PyTorchFile.Open(new MemoryStream(bytes), "test.pth");
}
