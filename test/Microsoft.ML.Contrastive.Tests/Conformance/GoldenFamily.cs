namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>
/// Runs the golden cases of one family, e.g. <c>losses</c>: computes from a case's inputs and parameters what the library makes of them and
/// hands it to the check. Every class of this kind with a constructor without parameters is found by reflection.
/// </summary>
internal abstract class GoldenFamily
{
    /// <summary>The folder below the golden root that holds the cases.</summary>
    public abstract string Name { get; }

    public abstract void Run(GoldenCase c, GoldenCheck check);
}
