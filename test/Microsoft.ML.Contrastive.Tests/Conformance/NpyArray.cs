using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>
/// An array of NumPy's <c>.npy</c> format (versions 1.0, 2.0 and 3.0; https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html),
/// C order, little endian, of <c>float32</c>, <c>int64</c> or <c>uint8</c>. Nothing is allocated that the file's own length does not bear out.
/// </summary>
internal sealed partial class NpyArray
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private readonly byte[] _data;

    private NpyArray(string dtype, int[] shape, byte[] data) => (DType, Shape, _data) = (dtype, shape, data);

    /// <summary>NumPy's name of the element type: <c>float32</c>, <c>int64</c> or <c>uint8</c>.</summary>
    public string DType { get; }

    public int[] Shape { get; }

    public float[] Floats() => Elements<float>("float32");

    public long[] Longs() => Elements<long>("int64");

    public byte[] Bytes() => Elements<byte>("uint8");

    public static NpyArray Read(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (InvalidDataException refusal)
        {
            throw new InvalidDataException($"'{path}': {refusal.Message}", refusal);
        }
    }

    public static NpyArray Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < 10 || !file.StartsWith(Magic))
            throw new InvalidDataException("not a .npy file: it does not begin with \\x93NUMPY and a version.");

        var (major, minor) = (file[6], file[7]);
        if (major is < 1 or > 3 || minor != 0)
            throw new InvalidDataException($".npy format version {major}.{minor} is not one of 1.0, 2.0, 3.0.");

        var headerStart = major == 1 ? 10 : 12;
        if (file.Length < headerStart)
            throw new InvalidDataException("truncated before the length of the header.");
        long headerLength = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (headerLength > file.Length - headerStart)
            throw new InvalidDataException($"truncated: a header of {headerLength} bytes is announced, {file.Length - headerStart} follow.");

        var headerBytes = file.Slice(headerStart, (int)headerLength);
        var header = (major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(headerBytes);
        var (dtype, itemSize) = ElementType(Field(DescrPattern(), header, "descr"));
        if (Field(FortranOrderPattern(), header, "fortran_order") != "False")
            throw new InvalidDataException("the array is in Fortran order; only C order is read.");

        var data = file[(headerStart + (int)headerLength)..];
        var shape = ParseShape(Field(ShapePattern(), header, "shape"), data.Length / itemSize, out var count);
        if (data.Length != count * itemSize)
            throw new InvalidDataException($"shape ({string.Join(", ", shape)}) of {dtype} needs {count * itemSize} bytes, the file holds {data.Length}.");
        return new NpyArray(dtype, shape, data.ToArray());
    }

    private static int[] ParseShape(string text, long available, out long count)
    {
        count = 1;
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var shape = new int[parts.Length];
        for (var axis = 0; axis < parts.Length; axis++)
        {
            if (!int.TryParse(parts[axis], NumberStyles.None, CultureInfo.InvariantCulture, out shape[axis]))
                throw new InvalidDataException($"shape ({text}) is not a tuple of non-negative integers.");
        }

        // A zero anywhere makes the array empty, however large the other lengths are.
        if (shape.Contains(0))
        {
            count = 0;
            return shape;
        }

        foreach (var length in shape)
        {
            if (count > available / length)
                throw new InvalidDataException($"shape ({text}) holds more values than the {available} that the file has room for: truncated or damaged.");
            count *= length;
        }

        return shape;
    }

    private static (string DType, int ItemSize) ElementType(string descr) => descr switch
    {
        "<f4" => ("float32", 4),
        "<i8" => ("int64", 8),
        "|u1" or "<u1" => ("uint8", 1),
        _ => throw new InvalidDataException($"element type '{descr}' is not one of '<f4', '<i8', '|u1'."),
    };

    private static string Field(Regex pattern, string header, string name)
    {
        var match = pattern.Match(header);
        return match.Success ? match.Groups[1].Value : throw new InvalidDataException($"the header has no '{name}': {header.Trim()}");
    }

    private T[] Elements<T>(string dtype)
        where T : unmanaged =>
        DType == dtype
            ? MemoryMarshal.Cast<byte, T>(_data).ToArray()
            : throw new InvalidOperationException($"The array holds {DType}, not {dtype}.");

    [GeneratedRegex(@"['""]descr['""]\s*:\s*['""]([^'""]*)['""]")]
    private static partial Regex DescrPattern();

    [GeneratedRegex(@"['""]fortran_order['""]\s*:\s*(True|False)")]
    private static partial Regex FortranOrderPattern();

    [GeneratedRegex(@"['""]shape['""]\s*:\s*\(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
