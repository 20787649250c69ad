using MathNet.Numerics.Statistics;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Distributions;

/// <summary>Means and standard deviations of samples under the names of a case; of those that the case does not list nothing is kept.</summary>
internal sealed class Moments(GoldenCase c)
{
    private readonly Dictionary<string, double> _values = [];
    private readonly HashSet<string> _asked = [.. c.ExpectedNames.Contains("moments") ? c.ExpectedValue("moments").EnumerateObject().Select(entry => entry.Name) : []];

    public IReadOnlyDictionary<string, double> Values => _values;

    public Moments Add(string name, double[] samples)
    {
        (double mean, double std) = samples.MeanStandardDeviation();
        return Keep(name + "_mean", mean).Keep(name + "_std", std);
    }

    public Moments AddCorrelation(string name, double[] first, double[] second) => Keep(name, Correlation.Pearson(first, second));

    private Moments Keep(string name, double value)
    {
        if (_asked.Contains(name))
            _values[name] = value;
        return this;
    }
}
