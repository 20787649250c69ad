namespace Microsoft.ML.Contrastive.Cli.Doctor;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Works; something would be better otherwise.</summary>
    Warning,

    /// <summary>A part of the tool does not work.</summary>
    Broken,
}

/// <summary>What the doctor found.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Detail">What there is.</param>
/// <param name="Cure">What to do about it; null where nothing is to be done.</param>
internal sealed record Finding(string Name, Severity Severity, string Detail, string? Cure = null);
