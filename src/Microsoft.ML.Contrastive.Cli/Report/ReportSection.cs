namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>A part of the page.</summary>
/// <param name="Id">Name of its template, and its anchor.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Model">What the template is filled with; null when the part is missing.</param>
/// <param name="Missing">Why it is missing, and what would bring it; null when it is there.</param>
internal sealed record ReportSection(string Id, string Title, object? Model, string? Missing = null)
{
    /// <summary>A part that the run has nothing for.</summary>
    public static ReportSection Without(string id, string title, string why) => new(id, title, null, why);
}
