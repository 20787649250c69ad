namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The block function of Philox4x64 with ten rounds. Constants and structure: Salmon et al., SC 2011, section 5 and table 2.</summary>
internal static class Philox4x64
{
    private const int Rounds = 10;
    private const ulong Multiplier0 = 0xD2E7470EE14C6C93, Multiplier1 = 0xCA5A826395121157;

    // Weyl increments of the key: the golden ratio and √3 − 1, as 64-bit fractions.
    private const ulong Weyl0 = 0x9E3779B97F4A7C15, Weyl1 = 0xBB67AE8584CAA73B;

    /// <summary>Encrypts one counter under one key.</summary>
    public static void Block(
        ulong c0, ulong c1, ulong c2, ulong c3, ulong key0, ulong key1,
        out ulong r0, out ulong r1, out ulong r2, out ulong r3)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong high0 = Math.BigMul(Multiplier0, c0, out ulong low0);
            ulong high1 = Math.BigMul(Multiplier1, c2, out ulong low1);
            (c0, c1, c2, c3) = (high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        (r0, r1, r2, r3) = (c0, c1, c2, c3);
    }
}
