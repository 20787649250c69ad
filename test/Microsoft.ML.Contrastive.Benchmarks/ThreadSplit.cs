using System.Globalization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>How the cores are split between rendering and torch.</summary>
/// <param name="Render">Threads that render; <see langword="null"/> for the trainer's choice.</param>
/// <param name="Torch">Threads that torch computes with; <see langword="null"/> for torch's own number.</param>
/// <param name="SpinCount">How often idle threads of libgomp look for work before they sleep: the value of GOMP_SPINCOUNT.</param>
internal sealed record ThreadSplit(int? Render, int? Torch, int SpinCount)
{
    /// <summary>What libgomp takes where nobody says anything (libgomp/env.c), and what lasts for a fraction of a millisecond.</summary>
    private const int OwnSpinCount = 300_000, ShortSpinCount = 10_000;

    /// <summary>The trainer's own choice.</summary>
    public static ThreadSplit Default { get; } = new(null, null, 0);

    /// <summary>The trainer's choice, all others of one, half of the cores and all of them, and spinning threads. One of the others is the same as the choice: the difference is noise.</summary>
    public static IReadOnlyList<ThreadSplit> All { get; } =
    [
        Default,
        .. from torch in Counts
           from render in Counts
           select new ThreadSplit(render, torch, 0),
        Default with { SpinCount = ShortSpinCount },
        Default with { SpinCount = OwnSpinCount },
    ];

    /// <summary>The arguments that make it so.</summary>
    public IEnumerable<string> Arguments => [.. Of("--render", Render), .. Of("--torch", Torch)];

    /// <inheritdoc/>
    public override string ToString()
    {
        string threads = Render is null ? "as the trainer chooses" : $"{Render} render, torch {Torch}";
        return SpinCount == 0 ? threads : string.Create(CultureInfo.InvariantCulture, $"{threads}, GOMP_SPINCOUNT={SpinCount}");
    }

    private static IEnumerable<int> Counts => new[] { 1, Math.Max(1, Environment.ProcessorCount / 2), Environment.ProcessorCount }.Distinct();

    private static string[] Of(string option, int? value) => value is { } number ? [option, number.ToString(CultureInfo.InvariantCulture)] : [];
}
