using System.Globalization;

namespace Microsoft.ML.Contrastive.Backbones;

/// <summary>Backbones by name. A new one is a line here, beside its files.</summary>
internal static class BackboneRegistry
{
    private static readonly (string Name, Func<NameSuffixes, Backbone> Build)[] Known =
    [
        ("resnet10", s => ResNetBackbone.Parse(ResNetDepth.ResNet10, s)),
        ("resnet18", s => ResNetBackbone.Parse(ResNetDepth.ResNet18, s)),
        ("resnet34", s => ResNetBackbone.Parse(ResNetDepth.ResNet34, s)),
        ("resnet50", s => ResNetBackbone.Parse(ResNetDepth.ResNet50, s)),
        ("vit-tiny", s => VisionTransformerBackbone.Parse(VisionTransformerSize.Tiny, s)),
        ("vit-small", s => VisionTransformerBackbone.Parse(VisionTransformerSize.Small, s)),
        ("vit-base", s => VisionTransformerBackbone.Parse(VisionTransformerSize.Base, s)),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Known.Select(k => k.Name)];

    public static Backbone Parse(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        string lower = name.Trim().ToLowerInvariant();
        foreach ((string known, Func<NameSuffixes, Backbone> build) in Known)
        {
            if (lower != known && !lower.StartsWith(known + "-", StringComparison.Ordinal))
                continue;
            var suffixes = new NameSuffixes(lower[known.Length..]);
            Backbone backbone = build(suffixes);
            return suffixes.Rest.Length == 0
                ? backbone
                : throw new ArgumentException(
                    $"Backbone '{name}': '-{suffixes.Rest[0]}' is not known there. See {nameof(Backbone)}.{nameof(Backbone.Parse)} for the suffixes and their order.",
                    nameof(name));
        }

        throw new ArgumentException(
            $"There is no backbone '{name}'. Known are {string.Join(", ", Names)}, with suffixes as in resnet18-cifar, resnet18-cifar-w0.25 and vit-small-16.", nameof(name));
    }
}

/// <summary>What follows the base of a backbone's name, part by part: "-cifar-w0.25". Parts are taken from the front in their fixed order.</summary>
internal sealed class NameSuffixes(string suffixes)
{
    private readonly Queue<string> _parts = new(suffixes.Split('-', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What nobody has taken.</summary>
    public string[] Rest => [.. _parts];

    /// <summary>Takes the next part where it is this word.</summary>
    public bool Take(string word) => _parts.TryPeek(out string? next) && next == word && _parts.TryDequeue(out _);

    /// <summary>Takes the number out of the next part where that is prefix, number, ending.</summary>
    public T? Take<T>(string prefix, string ending = "")
        where T : struct, ISpanParsable<T>
    {
        if (!_parts.TryPeek(out string? next) || next.Length <= prefix.Length + ending.Length
            || !next.StartsWith(prefix, StringComparison.Ordinal) || !next.EndsWith(ending, StringComparison.Ordinal)
            || !T.TryParse(next.AsSpan(prefix.Length, next.Length - prefix.Length - ending.Length), CultureInfo.InvariantCulture, out T number))
            return null;
        _parts.Dequeue();
        return number;
    }
}
