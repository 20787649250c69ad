using System.Text.Encodings.Web;
using System.Text.Unicode;
using Fluid;

namespace Microsoft.ML.Contrastive.Cli.Report;

/// <summary>The templates of the page. Every value is encoded for HTML unless a template says <c>raw</c>, which it may say of pictures and of what is rendered here alone.</summary>
internal static class ReportTemplates
{
    /// <summary>Letters of all languages stand as they are; what has a meaning in HTML does not.</summary>
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly FluidParser Parser = new();

    private static readonly TemplateOptions Options = new()
    {
        MemberAccessStrategy = new UnsafeMemberAccessStrategy { MemberNameStrategy = MemberNameStrategies.CamelCase },
        // A map of two thousand points has more steps than a template from a stranger may have; these are our own.
        MaxSteps = 0,
    };

    /// <summary>Fills a template.</summary>
    /// <param name="name">Its name, without an extension.</param>
    /// <param name="model">Its values, by the names of the properties in camel case.</param>
    public static string Render(string name, object model) => Parser.Parse(Read($"{name}.liquid")).Render(new TemplateContext(model, Options), Encoder);

    /// <summary>A file beside the templates.</summary>
    public static string Read(string file)
    {
        using Stream stream = typeof(ReportTemplates).Assembly.GetManifestResourceStream($"Report/{file}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd();
    }
}
