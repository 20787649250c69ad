namespace Microsoft.ML.Contrastive.Tests.Architecture;

/// <summary>
/// Which room may refer to which: Catalog → (DataViews, Training, Encoders, Evaluation) → (Methods, Backbones, Imaging, Weights) → Augmentation. Seams is
/// called from anywhere and calls nothing back.
/// </summary>
internal static class Arrows
{
    private static readonly string[] Foundations = ["Methods", "Backbones", "Imaging", "Weights", "Augmentation"];

    /// <summary>The rooms that each room may refer to, itself and Seams apart.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["Catalog"] = ["DataViews", "Training", "Encoders", "Evaluation", .. Foundations],

        // Neighbours on one floor, one way only: the trainer finds view plans, watches measures, and hands out an encoder.
        ["Training"] = ["DataViews", "Encoders", "Evaluation", .. Foundations],
        ["Evaluation"] = ["DataViews", "Encoders", .. Foundations],
        ["Encoders"] = ["DataViews", .. Foundations],
        ["DataViews"] = Foundations,

        // A method trains a backbone; weights are named after a backbone's parameters; an exported backbone normalises pixels as the renderer does.
        ["Methods"] = ["Backbones", "Augmentation"],
        ["Weights"] = ["Backbones", "Augmentation"],
        ["Backbones"] = ["Imaging", "Augmentation"],
        ["Imaging"] = ["Augmentation"],
        ["Augmentation"] = [],
        ["Seams"] = [],
    };

    /// <summary>Assemblies, by the beginning of their names, that a room must not know.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Banned = new Dictionary<string, string[]>
    {
        ["Augmentation"] = ["TorchSharp", "Microsoft.ML", "SkiaSharp"],
        ["Imaging"] = ["TorchSharp"],
        ["Methods"] = ["Microsoft.ML", "SkiaSharp"],
        ["Backbones"] = ["Microsoft.ML", "SkiaSharp"],
        ["Weights"] = ["Microsoft.ML", "SkiaSharp"],
    };

    public static bool IsForbidden(RoomReference reference)
    {
        if (Banned.TryGetValue(reference.From, out var banned) && banned.Any(name => reference.To == name || reference.To.StartsWith(name + ".", StringComparison.Ordinal)))
            return true;

        // Anything that is no room is another assembly.
        return Allowed.ContainsKey(reference.To) && reference.To != "Seams" && Allowed.TryGetValue(reference.From, out var allowed) && !allowed.Contains(reference.To);
    }
}
