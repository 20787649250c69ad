using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>A run of elements; tensors are windows on it.</summary>
/// <param name="Key">Its name; in archives the file below <c>data/</c>.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Count">Number of elements that the pickle claims.</param>
internal sealed record StorageReference(string Key, ScalarType Type, long Count)
{
    /// <summary>Bytes an element.</summary>
    public int ElementSize => Type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        _ => 8,
    };
}

/// <summary>A tensor as a pickle describes it: nothing in it is true before <see cref="Check"/> has passed.</summary>
/// <param name="Storage">The elements.</param>
/// <param name="Offset">The first element.</param>
/// <param name="Shape">Sizes of the dimensions.</param>
/// <param name="Strides">Elements from one position to the next, by dimension.</param>
internal sealed record StoredTensor(StorageReference Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>Torch's own limit.</summary>
    private const int MostDimensions = 64;

    /// <summary>Elements from the first to the last that the tensor touches, both included; none for an empty tensor. Only after <see cref="Check"/>.</summary>
    public long Extent => Shape.Contains(0) ? 0 : 1 + Shape.Zip(Strides, (size, stride) => (size - 1) * stride).Sum();

    /// <summary>Number of elements. Only after <see cref="Check"/>.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether the elements lie in the order of the tensor, without gaps.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return false;
                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>What is wrong with it, or <see langword="null"/>.</summary>
    /// <param name="storageBytes">Bytes that the archive has of the storage.</param>
    /// <param name="mostBytes">Bytes that a tensor may take in memory: those of the file.</param>
    public string? Check(long storageBytes, long mostBytes)
    {
        string text = $"[{string.Join(", ", Shape.Take(8))}{(Shape.Length > 8 ? ", …" : "")}]";
        if (Shape.Length != Strides.Length || Shape.Length > MostDimensions)
            return $"has {Shape.Length} sizes and {Strides.Length} strides; at most {MostDimensions} of each, and as many of one as of the other, make a tensor";
        if (Offset < 0 || Storage.Count < 0 || Shape.Any(s => s < 0) || Strides.Any(s => s < 0))
            return $"of shape {text} has a negative size, stride or offset";
        // Bounded as they grow, the products stay within 128 bits. A size of 0 must not hide what torch would multiply.
        Int128 count = 1, last = Offset;
        foreach ((long size, long stride) in Shape.Zip(Strides))
        {
            count *= Math.Max(size, 1);
            last += (Int128)Math.Max(size - 1, 0) * stride;
            if (count > long.MaxValue / Storage.ElementSize || last > long.MaxValue)
                return $"of shape {text} is larger than any file";
        }

        if (Storage.Count * (Int128)Storage.ElementSize > storageBytes)
            return $"lies in the storage '{Storage.Key}' of {Storage.Count} elements, which take {Storage.Count * (Int128)Storage.ElementSize} bytes, but the file holds {storageBytes} of it";
        if (Shape.Contains(0))
            return null;
        if (last >= Storage.Count)
            return $"of shape {text} ends at element {last} of a storage of {Storage.Count}";
        if (count * Storage.ElementSize > mostBytes)
            return $"of shape {text} repeats the elements of a storage of {Storage.Count} until they exceed the whole file";
        return null;
    }
}
