using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Seams;
using Xunit;

namespace Microsoft.ML.Contrastive.Tests.Seams;

public class ElfSymbolVersionsTests
{
    private const string Newest = "GLIBCXX_3.4.32";

    private static readonly byte[] Library = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so"));

    [Fact]
    public void The_needs_of_the_real_library_are_read()
    {
        var versions = new ElfSymbolVersions(Library, "lib");

        Assert.Contains(versions.Needs, n => n is { Library: "libstdc++.so.6", Version: Newest, IsWeak: false });
        Assert.Contains(versions.Needs, n => n is { Library: "libc.so.6", Version: "GLIBC_2.34", IsWeak: false });
        Assert.DoesNotContain(versions.Needs, n => n.IsWeak);
    }

    [Fact]
    public void One_flag_changes_and_nothing_else()
    {
        byte[] before = (byte[])Library.Clone();

        byte[] optional = new ElfSymbolVersions(Library, "lib").WithOptional(Newest);

        Assert.Equal(before, Library);
        Assert.Equal([Newest], new ElfSymbolVersions(optional, "lib").Needs.Where(n => n.IsWeak).Select(n => n.Version));
        Assert.Single(Enumerable.Range(0, Library.Length), i => optional[i] != Library[i]);
    }

    [Fact]
    public void A_version_whose_symbols_are_called_stays_required()
    {
        var e = Assert.Throws<InvalidOperationException>(() => new ElfSymbolVersions(Library, "lib").WithOptional("GLIBC_2.14"));

        Assert.Contains("GLIBC_2.14", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_that_is_not_wanted_is_an_error() =>
        Assert.Throws<InvalidOperationException>(() => new ElfSymbolVersions(Library, "lib").WithOptional("GLIBCXX_9"));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(700)]
    [InlineData(0x3f900)] // within .gnu.version_r
    [InlineData(0x1d4b20)] // within .dynamic
    public void A_truncated_file_is_refused_by_name(int length)
    {
        var e = Assert.Throws<InvalidDataException>(() => new ElfSymbolVersions(Library[..length], "libBroken.so"));

        Assert.Contains("libBroken.so", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_kinds_of_files_are_refused()
    {
        byte[] text = new byte[200];
        byte[] narrow = (byte[])Library.Clone();
        narrow[4] = 1;

        Assert.Contains("not an ELF", Assert.Throws<InvalidDataException>(() => new ElfSymbolVersions(text, "a")).Message, StringComparison.Ordinal);
        Assert.Contains("64-bit", Assert.Throws<InvalidDataException>(() => new ElfSymbolVersions(narrow, "a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_bytes_in_the_tables_are_refused_or_harmless()
    {
        // Headers, the dynamic section and the version needs, each overwritten in places with values that point far away.
        var random = new Random(5);
        (int Start, int Length)[] tables = [(0, 0x270), (0x1d4b18, 0x270), (0x3f8f0, 0x210)];
        for (int trial = 0; trial < 300; trial++)
        {
            byte[] hostile = (byte[])Library.Clone();
            (int start, int length) = tables[trial % tables.Length];
            for (int k = 0; k < 4; k++)
                MemoryMarshal.Write(hostile.AsSpan(start + random.Next(length - 8)), random.NextInt64() | (random.Next(2) == 0 ? 0L : long.MinValue));
            try
            {
                byte[] optional = new ElfSymbolVersions(hostile, "lib").WithOptional(Newest);
                Assert.Equal(hostile.Length, optional.Length);
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
            }
        }
    }
}
