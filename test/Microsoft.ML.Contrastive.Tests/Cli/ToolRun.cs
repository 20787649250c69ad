using Microsoft.ML.Contrastive.Cli;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The tool within this process.</summary>
internal static class ToolRun
{
    public static async Task<(int Code, string Output, string Error)> Of(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await Program.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs it and expects one line on standard error and nothing on standard output.</summary>
    public static async Task<string> Refusal(int code, params string[] args)
    {
        (int actual, string output, string error) = await Of(args);
        Assert.Equal("", output);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.True(code == actual, $"{actual}: {error}");
        return error;
    }
}
