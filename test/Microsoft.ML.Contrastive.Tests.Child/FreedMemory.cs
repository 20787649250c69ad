using System.Globalization;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Seams;

/// <summary>
/// Asks torch for large tensors and frees them, as a step does with its activations, and prints page faults without and with kept memory, and resident MiB with it and after; what torch says to a tensor
/// for which there is no room. On a thread of the pool, to which glibc gives no block of the size in any other way than by asking the system.
/// </summary>
internal static class FreedMemory
{
    private const int Rounds = 10, Settling = 5, Threads = 4, Floats = 20 << 20;   // 80 MiB

    public static void Print() => Task.Run(PrintFromPool).GetAwaiter().GetResult();

    private static void PrintFromPool()
    {
        TorchRuntime.EnsureLoaded();
        AskAndFree();
        long without = Faults(AskAndFree), with, kept;
        string refusal;
        using (KeptMemory.Begin())
        using (KeptMemory.Begin())
        {
            // Small blocks come to lie between the large ones; after a while all have a place.
            for (int i = 0; i < Settling; i++)
                AskAndFree();
            with = Faults(AskAndFree);
            kept = Resident();
            refusal = Refusal();
            Parallel.For(0, Threads, AskForManySizes);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{without} {with} {kept} {Resident()}"));
        Console.WriteLine(refusal);
    }

    private static string Refusal()
    {
        try
        {
            using torch.Tensor tensor = torch.empty(1L << 50);
            return "none";
        }
        catch (System.Runtime.InteropServices.ExternalException e)
        {
            return e.Message.Split('\n')[0];
        }
    }

    /// <summary>Each thread finds in its tensors what it has written there.</summary>
    private static void AskForManySizes(int thread)
    {
        var random = new Random(thread);
        for (int i = 0; i < Rounds; i++)
        {
            using torch.Tensor first = torch.full(random.Next(1, 4 << 20), (float)thread), second = torch.full(random.Next(1, 4 << 20), thread + 0.5f);
            if (first.max().item<float>() != thread || second.min().item<float>() != thread + 0.5f)
                throw new InvalidDataException("Two tensors share memory.");
        }
    }

    private static void AskAndFree()
    {
        for (int i = 0; i < Rounds; i++)
        {
            using torch.Tensor tensor = torch.ones(Floats);
        }
    }

    private static long Faults(Action action)
    {
        long before = Statistics(9);
        action();
        return Statistics(9) - before;
    }

    private static long Resident() => Statistics(23) * Environment.SystemPageSize >> 20;

    /// <summary>A field of /proc/self/stat by its place, from 0; none before the ones that are asked for holds a space but the program's name, which is "dotnet".</summary>
    private static long Statistics(int field) => long.Parse(File.ReadAllText("/proc/self/stat").Split(' ')[field], CultureInfo.InvariantCulture);
}
