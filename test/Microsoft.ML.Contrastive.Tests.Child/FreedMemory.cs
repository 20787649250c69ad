using System.Globalization;
using Microsoft.ML.Contrastive.Seams;
using TorchSharp;

namespace Microsoft.ML.Contrastive.Tests.Seams;

/// <summary>Asks torch for large tensors and frees them, as a step does with its activations, and prints page faults without and with kept memory, and resident MiB with it and after.</summary>
internal static class FreedMemory
{
    private const int Rounds = 10, Settling = 5, Floats = 12 << 20;   // 48 MiB

    public static void Print()
    {
        TorchRuntime.EnsureLoaded();
        AskAndFree();
        long without = Faults(AskAndFree), with, kept;
        using (KeptMemory.Begin())
        using (KeptMemory.Begin())
        {
            // Small blocks come to lie between the large ones; after a while all have a place.
            for (int i = 0; i < Settling; i++)
                AskAndFree();
            with = Faults(AskAndFree);
            kept = Resident();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{without} {with} {kept} {Resident()}"));
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
