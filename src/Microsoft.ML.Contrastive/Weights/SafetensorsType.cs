using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>The element types of the safetensors format and their counterparts in torch.</summary>
internal static class SafetensorsType
{
    /// <summary>Name, bytes an element, and the type in torch where TorchSharp has one.</summary>
    private static readonly (string Name, int Size, ScalarType? Scalar)[] All =
    [
        ("BOOL", 1, ScalarType.Bool),
        ("U8", 1, ScalarType.Byte),
        ("I8", 1, ScalarType.Int8),
        ("I16", 2, ScalarType.Int16),
        ("U16", 2, null),
        ("F16", 2, ScalarType.Float16),
        ("BF16", 2, ScalarType.BFloat16),
        ("I32", 4, ScalarType.Int32),
        ("U32", 4, null),
        ("F32", 4, ScalarType.Float32),
        ("I64", 8, ScalarType.Int64),
        ("U64", 8, null),
        ("F64", 8, ScalarType.Float64),
    ];

    /// <summary>Bytes an element, or <see langword="null"/> for a type that the format does not have.</summary>
    public static int? SizeOf(string name) => Array.Find(All, t => t.Name == name) is { Name: not null } found ? found.Size : null;

    /// <summary>The type in torch, or <see langword="null"/> when TorchSharp has none.</summary>
    public static ScalarType? ToScalar(string name) => Array.Find(All, t => t.Name == name).Scalar;

    /// <exception cref="NotSupportedException">The format has no such type.</exception>
    public static string NameOf(ScalarType scalar) => Array.Find(All, t => t.Scalar == scalar).Name
        ?? throw new NotSupportedException($"A safetensors file cannot hold tensors of type {scalar}.");
}
