using System.Diagnostics;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Tests.Cli;

/// <summary>The scripts of <c>completion</c> in the shells that they are for. PowerShell's is not run here.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-completion-").FullName;

    public CompletionTests()
    {
        string command = Path.Combine(_folder, "mlnet-contrastive");
        File.WriteAllText(command, $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "mlnet-contrastive.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(_folder, "photos"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Bash_completes_where_it_is_installed()
    {
        string script = await Script("bash");
        Assert.Equal(["--method"], Run("bash", $"{script}\nCOMP_WORDS=(mlnet-contrastive pretrain --met); COMP_CWORD=2; COMP_LINE=\"${{COMP_WORDS[*]}}\"; COMP_POINT=${{#COMP_LINE}}; _mlnet_contrastive; printf '%s\\n' \"${{COMPREPLY[@]}}\""));
    }

    [Fact]
    public async Task Fish_completes_where_it_is_installed_the_command_under_the_cursor_and_paths_where_a_path_is_due()
    {
        string script = await Script("fish");
        Assert.Equal(["byol", "photos/"], Run("fish", $"{script}\ncomplete -C 'ls | mlnet-contrastive pretrain --method b'\ncomplete -C 'mlnet-contrastive pretrain --dataset ph'"));
    }

    [Theory]
    [InlineData("mlnet-contrastive pretrain --met", "--method")]
    [InlineData("ls sweep; mlnet-contrastive pretrain --method b", "byol")]
    [InlineData("mlnet-contrastive pretrain --dataset ph", "photos")]
    public async Task Zsh_completes_where_it_is_installed(string typed, string completed)
    {
        File.WriteAllText(Path.Combine(_folder, "script.zsh"), await Script("zsh"));
        // A shell with a line editor in a terminal of its own; what is typed does not have the word that is waited for.
        Assert.Equal([completed], Run("zsh", $"""
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell "autoload -Uz compinit; compinit -u -D; source ./script.zsh; PS1='RE''ADY> '"
            zpty -r shell shown '*READY> *'
            zpty -w -n shell "{typed}"$'\t'
            zpty -r shell shown '*{completed}*'
            print -r -- {completed}
            """));
    }

    private static async Task<string> Script(string shell)
    {
        (int code, string script, _) = await ToolRun.Of("completion", shell);
        Assert.Equal(ExitCode.Success, code);
        return script;
    }

    private string[] Run(string shell, string script)
    {
        string? program = Environment.GetEnvironmentVariable("PATH")?.Split(':').Select(folder => Path.Combine(folder, shell)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null || OperatingSystem.IsWindows(), $"{shell} is not installed");
        var start = new ProcessStartInfo(program!, ["-c", script]) { RedirectStandardOutput = true, WorkingDirectory = _folder };
        start.Environment["PATH"] = $"{_folder}:{start.Environment["PATH"]}";
        start.Environment["HOME"] = _folder;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{shell} waits for what does not come.");
        }

        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
