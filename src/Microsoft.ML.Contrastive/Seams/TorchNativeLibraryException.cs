namespace Microsoft.ML.Contrastive.Seams;

/// <summary>The native torch libraries could not be loaded. The message says which library, what it lacks, and what to do about it.</summary>
public sealed class TorchNativeLibraryException : DllNotFoundException
{
    /// <summary>Creates the exception without a message.</summary>
    public TorchNativeLibraryException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which library, what it lacks, and what to do.</param>
    public TorchNativeLibraryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which library, what it lacks, and what to do.</param>
    /// <param name="innerException">What the system's loader said.</param>
    public TorchNativeLibraryException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>File name of the library that did not load, e.g. "libLibTorchSharp.so".</summary>
    public string? Library { get; init; }

    /// <summary>The symbol version that the system does not have, e.g. "GLIBCXX_3.4.32"; null where something else is the matter.</summary>
    public string? SymbolVersion { get; init; }
}
