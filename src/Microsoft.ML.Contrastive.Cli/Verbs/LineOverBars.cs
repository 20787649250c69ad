using Spectre.Console;
using Spectre.Console.Rendering;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>A line that takes the place of a live display, which is drawn below it anew: Spectre.Console writes over the old one and leaves what was longer.</summary>
internal sealed class LineOverBars(string text) : Renderable
{
    private const string EraseBelow = "\e[J";

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        [.. options.Ansi ? [Segment.Control(EraseBelow)] : Array.Empty<Segment>(), .. ((IRenderable)new Text(text)).Render(options, maxWidth), Segment.LineBreak];
}
