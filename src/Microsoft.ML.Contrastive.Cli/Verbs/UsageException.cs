namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>What was typed cannot be meant: the message names the option, the value, what is allowed, and what to do.</summary>
internal sealed class UsageException : Exception
{
    public UsageException()
    {
    }

    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
