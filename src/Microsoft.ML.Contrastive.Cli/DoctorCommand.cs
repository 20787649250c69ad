using Microsoft.ML.Contrastive.Cli.Doctor;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive doctor</c>: what works on this machine, what does not, and what to do about it.</summary>
internal static class DoctorCommand
{
    /// <summary>The verb.</summary>
    public static Verb Create() => new(
        "doctor", "Looks at everything that the other verbs need, and says what is missing and how to mend it. The exit code is 1 when something is broken.",
        ["", "--json", "--libtorch /opt/libtorch"], [CommonOptions.Json, CommonOptions.Libtorch], Run);

    private static int Run(VerbContext context)
    {
        Finding[] findings = [.. Examination.Findings(Environment.CurrentDirectory)];
        if (context.Json)
        {
            context.WriteJson(new
            {
                Healthy = findings.All(finding => finding.Severity != Severity.Broken),
                Findings = findings.Select(finding => new { finding.Name, Severity = finding.Severity.ToString().ToLowerInvariant(), finding.Detail, finding.Cure }),
            });
        }
        else
        {
            int width = findings.Max(finding => finding.Name.Length);
            foreach (Finding finding in findings)
            {
                string mark = finding.Severity switch { Severity.Good => "ok", Severity.Warning => "note", _ => "FAIL" };
                context.Output.WriteLine($"{mark,-4}  {finding.Name.PadRight(width)}  {finding.Detail.ReplaceLineEndings(" ")}");
                if (finding.Cure is { } cure)
                    context.Output.WriteLine($"{new string(' ', width + 8)}→ {cure}");
            }
        }

        string[] broken = [.. findings.Where(finding => finding.Severity == Severity.Broken).Select(finding => finding.Name)];
        if (broken.Length == 0)
            return ExitCode.Success;
        context.Error.WriteLine($"Broken: {string.Join(", ", broken)}. What to do stands beside each.");
        return ExitCode.Failure;
    }
}
