namespace Microsoft.ML.Contrastive.Weights.PyTorch;

/// <summary>The checksum of zip archives (ISO 3309, PKWARE's APPNOTE section 4.4.7), eight bytes at a time: slicing-by-8 of Kounavis and Berry, 2005.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    /// <summary>Table k: what a byte that k zero bytes follow does to the remainder.</summary>
    private static readonly uint[][] Tables = Create();

    /// <summary>The checksum of what has been read so far and these bytes.</summary>
    /// <param name="sum">That of what has been read so far; 0 for nothing.</param>
    /// <param name="bytes">What follows.</param>
    public static uint Append(uint sum, ReadOnlySpan<byte> bytes)
    {
        uint[] t0 = Tables[0], t1 = Tables[1], t2 = Tables[2], t3 = Tables[3], t4 = Tables[4], t5 = Tables[5], t6 = Tables[6], t7 = Tables[7];
        uint r = ~sum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            uint low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ r, high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            r = t7[(byte)low] ^ t6[(byte)(low >> 8)] ^ t5[(byte)(low >> 16)] ^ t4[low >> 24]
                ^ t3[(byte)high] ^ t2[(byte)(high >> 8)] ^ t1[(byte)(high >> 16)] ^ t0[high >> 24];
        }

        foreach (byte b in bytes)
            r = t0[(byte)(r ^ b)] ^ (r >> 8);
        return ~r;
    }

    private static uint[][] Create()
    {
        var tables = new uint[8][];
        for (int k = 0; k < tables.Length; k++)
        {
            tables[k] = new uint[256];
            for (uint b = 0; b < 256; b++)
            {
                uint r = k == 0 ? b : tables[k - 1][b];
                if (k > 0)
                {
                    tables[k][b] = tables[0][(byte)r] ^ (r >> 8);
                    continue;
                }

                for (int bit = 0; bit < 8; bit++)
                    r = (r & 1) != 0 ? (r >> 1) ^ Polynomial : r >> 1;
                tables[k][b] = r;
            }
        }

        return tables;
    }
}
