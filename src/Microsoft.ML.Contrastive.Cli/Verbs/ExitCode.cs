namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>What the process answers to whoever started it.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>It was asked for correctly and could not be done: a file, the disk, the data, a library.</summary>
    public const int Failure = 1;

    /// <summary>It was not asked for correctly: an option is unknown, missing, or out of its range.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C, as shells count it (128 + SIGINT).</summary>
    public const int Cancelled = 130;
}
