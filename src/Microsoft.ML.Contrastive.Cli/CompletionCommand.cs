using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive completion</c>: a script that lets a shell ask the tool itself, through the directive <c>[suggest]</c>, what may follow.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            # source <(mlnet-contrastive completion bash)
            _mlnet_contrastive() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _mlnet_contrastive mlnet-contrastive
            """,
        ["zsh"] = """
            # source <(mlnet-contrastive completion zsh)
            _mlnet_contrastive() {
                local -a candidates
                local typed="${(j: :)words[1,CURRENT-1]} ${PREFIX}"
                candidates=("${(@f)$(mlnet-contrastive "[suggest:${#typed}]" "${typed}" 2>/dev/null)}")
                if [[ -n "${candidates[1]}" ]]; then compadd -- "${candidates[@]}"; else _files; fi
            }
            compdef _mlnet_contrastive mlnet-contrastive
            """,
        ["fish"] = """
            # mlnet-contrastive completion fish | source
            function __mlnet_contrastive
                set -l typed (commandline -cp)
                set -l candidates (mlnet-contrastive "[suggest:"(string length -- "$typed")"]" "$typed" 2>/dev/null)
                if test -n "$candidates"
                    printf '%s\n' $candidates
                else
                    __fish_complete_path (commandline -ct)
                end
            end
            complete -c mlnet-contrastive -f -a '(__mlnet_contrastive)'
            """,
        ["pwsh"] = """
            # mlnet-contrastive completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName mlnet-contrastive -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                mlnet-contrastive "[suggest:$cursorPosition]" "$commandAst" 2>$null | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    /// <summary>The verb with its argument.</summary>
    public static Verb Create()
    {
        var shell = new Argument<string>("shell") { Description = $"One of {string.Join(", ", Scripts.Keys)}." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        return new Verb("completion", "Prints a script that completes verbs, options and their values in a shell.", ["bash >> ~/.bashrc"], [shell], context =>
        {
            context.Output.WriteLine(Scripts[context.Arguments.GetRequiredValue(shell)]);
            return ExitCode.Success;
        });
    }
}
