using Microsoft.ML.Contrastive.Weights;
using Microsoft.ML.Contrastive.Weights.PyTorch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Tests.Weights;

/// <summary>Damaged files are read as they are or refused: no other exception, no memory beyond their size.</summary>
public sealed class MutationTests
{
    private const int Files = 10_000;

    /// <summary>The files have some kilobytes. What reading costs beside them: buffers, messages, the exception.</summary>
    private const long MostBytes = 4 << 20;

    [Fact]
    public void Damaged_PyTorch_files_are_read_or_refused() =>
        Check(PyTorchFileTests.OfPyTorch(), bytes => PyTorchFile.Open(new MemoryStream(bytes), "damaged.pth"));

    [Fact]
    public void Damaged_PyTorch_files_of_the_form_before_1_6_are_read_or_refused() =>
        Check(PyTorchFileTests.OfPyTorch(legacy: true), bytes => PyTorchFile.Open(new MemoryStream(bytes), "damaged.pth"));

    /// <summary>What an archive's checksum would find comes as far as the pickle's reader where the checksum has been made for it.</summary>
    [Fact]
    public void Damaged_pickles_in_sound_archives_are_read_or_refused()
    {
        byte[] pickle = PyTorchArchive.Pickle($"}}{PyTorchArchive.Text("a")}{PyTorchArchive.Rebuild()}s{PyTorchArchive.Text("b")}{PyTorchArchive.Rebuild("K\u0001", "K\u0001K\u0001\u0086", "K\u0001K\u0001\u0086")}s{PyTorchArchive.Text("note")}{PyTorchArchive.Text(new string('x', 120))}s.");
        Check(pickle, bytes => PyTorchFile.Open(new MemoryStream(PyTorchArchive.Archive(bytes)), "damaged.pth"));
    }

    [Fact]
    public void Damaged_safetensors_files_are_read_or_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        using var sound = new MemoryStream();
        SafetensorsWriter.Write(sound, [("conv1.weight", randn(3, 2, 2)), ("bn1.num_batches_tracked", tensor(7L)), ("flags", tensor(new[] { true, false })), ("half", randn(3).to(ScalarType.Float16))]);
        Check(sound.ToArray(), bytes => SafetensorsFile.Open(new MemoryStream(bytes), "damaged.safetensors"));
    }

    private static void Check(byte[] sound, Func<byte[], TensorFile> open)
    {
        var random = new Random(1);
        int read = 0, refused = 0;
        for (int i = 0; i < Files; i++)
        {
            byte[] damaged = Damage(sound, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using DisposeScope scope = NewDisposeScope();
                using TensorFile file = open(damaged);
                foreach (TensorEntry tensor in file.Tensors)
                {
                    // Its elements lie in native memory, which the collector does not count.
                    using Tensor values = file.Read(tensor.Name);
                    Assert.InRange(values.numel() * values.element_size(), 0, MostBytes);
                }
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        // Both happen, or the damage is too small or too great to say anything.
        Assert.True(read > Files / 50 && refused > Files / 5, $"{read} read, {refused} refused");
    }

    /// <summary>Some bytes changed, a part cut out, doubled or overwritten by another, or the end missing.</summary>
    private static byte[] Damage(byte[] sound, Random random)
    {
        int at = random.Next(sound.Length), length = random.Next(1, Math.Min(64, sound.Length - at + 1)), from = random.Next(sound.Length - length);
        switch (random.Next(6))
        {
            case 0:
                return sound[..at];
            case 1:
                return [.. sound[..at], .. sound[(at + length)..]];
            case 2:
                return [.. sound[..at], .. sound.AsSpan(at, length), .. sound[at..]];
            case 3:
                byte[] copied = [.. sound];
                sound.AsSpan(from, length).CopyTo(copied.AsSpan(at));
                return copied;
            default:
                byte[] changed = [.. sound];
                for (int count = random.Next(1, 4); count > 0; count--)
                    changed[random.Next(changed.Length)] = random.Next(3) == 0 ? (byte)255 : (byte)random.Next(256);
                return changed;
        }
    }
}
