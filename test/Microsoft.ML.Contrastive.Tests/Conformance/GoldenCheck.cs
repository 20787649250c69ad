using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>
/// The comparison rule of the golden README, in one place, for one case. Deviations are collected with their figures, so that a failure
/// names every entry that is off; an expected entry that was neither compared nor excused is a failure too.
/// </summary>
internal sealed class GoldenCheck(GoldenCase goldenCase)
{
    /// <summary>The part of an image's values that may exceed <c>max_abs</c> where the README allows exceptions.</summary>
    private const double AdmissibleExceptions = 0.002;

    /// <summary>README, family 6: a mean lies within 0.01 standard deviations, a standard deviation within 1 %, a correlation within 0.01.</summary>
    private const double MomentTolerance = 0.01;

    /// <summary>README, family 6: no verdict on a distribution from fewer samples.</summary>
    private const int LeastSamples = 200_000;

    /// <summary>How the names of tables of pairs [value, P(X &lt;= value)] end; the other tables list quantiles.</summary>
    private const string PointTable = "_cdf_at";

    private readonly List<string> _failures = [];
    private readonly List<string> _remarks = [];
    private readonly HashSet<string> _seen = [];
    private int _compared;

    /// <summary>The largest part of its tolerance that any comparison used: 1 is the bound.</summary>
    public double WorstShareOfTolerance { get; private set; }

    public string? UnsupportedReason { get; private set; }

    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>What is wrong, the entries that were never compared included; empty for a case that passes.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            if (UnsupportedReason is not null && _failures.Count == 0)
                return [];
            var forgotten = goldenCase.ExpectedNames
                .Where(name => UnsupportedReason is null && !_seen.Contains(name) && !goldenCase.IsOptional(name))
                .Select(name => $"{name}: expected, but never compared")
                .ToList();
            if (UnsupportedReason is null && _compared == 0 && forgotten.Count == 0)
                forgotten.Add("nothing was compared");
            return [.. _failures, .. forgotten];
        }
    }

    /// <summary>The library does not have what this case tests.</summary>
    public void Unsupported(string reason) => UnsupportedReason = reason;

    /// <summary>Parameters that the handler has not looked at fail the case by name: what they change was not tested.</summary>
    public void NotHandled(IEnumerable<string> parameters)
    {
        if (UnsupportedReason is null)
            _failures.AddRange(parameters.Select(parameter => $"the parameter {parameter} is not handled"));
    }

    /// <summary>
    /// Excuses one entry that documents a variant the library does not follow (e.g. the <c>tensor_*</c> images for a library that follows
    /// <c>pil_*</c>: an implementation is compared with one family throughout). The reason is reported.
    /// </summary>
    public void NotCompared(string name, string reason)
    {
        _ = goldenCase.ExpectedEntry(name);
        _seen.Add(name);
        _remarks.Add($"{name} not compared: {reason}");
    }

    /// <summary>Whether the case expects an entry. One that it does not expect is not compared: cases of a family may list fewer entries than others.</summary>
    private bool Asks(string name) => goldenCase.ExpectedNames.Contains(name);

    /// <summary><c>max |got - expected| &lt;= atol + rtol * max |expected|</c>, the maximum being over the whole tensor.</summary>
    public void Array(string name, ReadOnlySpan<float> got)
    {
        if (!Asks(name))
            return;
        var expected = goldenCase.Expected(name).Floats();
        if (!SameLength(name, got.Length, expected.Length))
            return;

        var largest = 0.0;
        var (deviation, at) = (0.0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs((double)expected[i]));
            var difference = Difference(got[i], expected[i]);
            if (difference > deviation)
                (deviation, at) = (difference, i);
        }

        var bound = AbsoluteTolerance(name) + (RelativeTolerance(name) * largest);
        Judge(name, deviation, bound, expected.Length == 0 ? "" : $"at [{at}]: got {Show(got[at])}, expected {Show(expected[at])}, ");
    }

    /// <summary>Exact, apart from the rows (first axis) listed in <c>ambiguous_rows</c>.</summary>
    public void Integers(string name, ReadOnlySpan<long> got)
    {
        if (!Asks(name))
            return;
        var array = goldenCase.Expected(name);
        var expected = array.Longs();
        if (!SameLength(name, got.Length, expected.Length))
            return;

        var ambiguous = goldenCase.ExpectedEntry(name).TryGetProperty("ambiguous_rows", out var rows)
            ? rows.EnumerateArray().Select(row => row.GetInt32()).ToHashSet()
            : [];
        var rowLength = array.Shape.Length == 0 ? 1 : Math.Max(1, expected.Length / Math.Max(1, array.Shape[0]));
        var (wrong, first) = (0, -1);
        for (var i = 0; i < expected.Length; i++)
        {
            if (got[i] == expected[i] || ambiguous.Contains(i / rowLength))
                continue;
            wrong++;
            if (first < 0)
                first = i;
        }

        Judge(name, wrong, 0, first < 0 ? "" : $"{wrong} of {expected.Length} integers differ, first at [{first}]: got {got[first]}, expected {expected[first]}; ");
    }

    /// <summary>
    /// <c>max_abs</c> at any value and <c>mean_abs</c> on average, in grey levels; for hue, colour-jitter chains and blur 0.2 % of the values
    /// may exceed <c>max_abs</c>.
    /// </summary>
    public void Image(string name, ReadOnlySpan<byte> got)
    {
        if (!Asks(name))
            return;
        var expected = goldenCase.Expected(name).Bytes();
        if (!SameLength(name, got.Length, expected.Length))
            return;

        var entry = goldenCase.ExpectedEntry(name);
        var admissible = entry.GetProperty("max_abs").GetDouble();
        var meanBound = entry.GetProperty("mean_abs").GetDouble();
        var (largest, sum, exceeding) = (0, 0L, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(got[i] - expected[i]);
            largest = Math.Max(largest, difference);
            sum += difference;
            exceeding += difference > admissible ? 1 : 0;
        }

        var share = (double)exceeding / expected.Length;
        var figures = $"largest difference {largest} levels, {share:P3} of the values exceed {admissible}; ";
        if (AllowsExceptions(goldenCase.Name))
            Judge(name, share, AdmissibleExceptions, figures);
        else
            Judge(name, largest, admissible, figures);
        Judge(name, (double)sum / expected.Length, meanBound, "mean difference in levels: ");
    }

    /// <summary><c>|got - expected| &lt;= atol + rtol * |expected|</c>.</summary>
    public void Number(string name, double got)
    {
        if (Asks(name))
            JudgeNumber(name, name, got, goldenCase.ExpectedValue(name).GetDouble());
    }

    /// <summary>A list of numbers (nested lists in reading order), each by the rule for numbers.</summary>
    public void Numbers(string name, IEnumerable<double> got)
    {
        if (!Asks(name))
            return;
        var expected = Flatten(goldenCase.ExpectedValue(name)).ToList();
        var values = got.ToList();
        if (!SameLength(name, values.Count, expected.Count))
            return;
        for (var i = 0; i < expected.Count; i++)
            JudgeNumber(name, $"{name}[{i}]", values[i], expected[i]);
    }

    /// <summary>A dictionary of numbers, each by the rule for numbers; no key may be missing or surplus.</summary>
    public void Numbers(string name, IReadOnlyDictionary<string, double> got)
    {
        if (!Asks(name))
            return;
        foreach (var (key, expected) in Keyed(name, got))
            JudgeNumber(name, $"{name}[{key}]", got[key], expected.GetDouble());
    }

    /// <summary>
    /// <c>final_statistics</c>: mean and population standard deviation within <c>atol + rtol * max(|mean|, std)</c>, the L2 norm within
    /// <c>atol + rtol * l2</c>.
    /// </summary>
    public void Statistics(string name, IReadOnlyDictionary<string, (double Mean, double Std, double L2)> got)
    {
        if (!Asks(name))
            return;
        foreach (var (key, expected) in Keyed(name, got))
        {
            var (mean, std, l2) = (expected.GetProperty("mean").GetDouble(), expected.GetProperty("std").GetDouble(), expected.GetProperty("l2").GetDouble());
            var bound = AbsoluteTolerance(name) + (RelativeTolerance(name) * Math.Max(Math.Abs(mean), std));
            JudgeNumber(name, $"{name}[{key}].mean", got[key].Mean, mean, bound);
            JudgeNumber(name, $"{name}[{key}].std", got[key].Std, std, bound);
            JudgeNumber(name, $"{name}[{key}].l2", got[key].L2, l2, AbsoluteTolerance(name) + (RelativeTolerance(name) * l2));
        }
    }

    /// <summary>
    /// Samples (at least 200,000) of a tabulated quantity. <c>*_quantiles</c>: the part of the samples that is at most q lies within
    /// <c>params.cdf_tolerance</c> of p, for each p of <c>params.probabilities</c>; <c>*_cdf_at</c>: the same for pairs [value, probability].
    /// </summary>
    public void Samples(string name, ReadOnlySpan<double> samples)
    {
        if (!Asks(name))
            return;
        _seen.Add(name);
        if (samples.Length < LeastSamples)
        {
            Fail(name, $"{samples.Length} samples, at least {LeastSamples} are needed");
            return;
        }

        var sorted = samples.ToArray();
        System.Array.Sort(sorted);
        if (double.IsNaN(sorted[0]))
        {
            Fail(name, "there are NaN among the samples");
            return;
        }

        // A value with a probability of its own (crops that do not overlap: IoU 0; centres on half pixels) is the p-quantile for every p
        // from P(X < q) to P(X <= q). The distance to that interval is the rule for continuous quantities, where both ends are equal.
        var table = TableOf(name);
        foreach (var (value, probability) in table)
        {
            var atMost = (double)CountAtMost(sorted, value) / sorted.Length;
            var less = name.EndsWith(PointTable, StringComparison.Ordinal) ? atMost : (double)CountAtMost(sorted, Math.BitDecrement(value)) / sorted.Length;
            JudgeNumber(name, $"P({name} <= {Show(value)})", Math.Clamp(probability, less, atMost), probability, DistributionTolerance);
        }
    }

    /// <summary>A tabulated quantity of which the library knows the distribution function, compared like samples.</summary>
    public void Distribution(string name, Func<double, double> cdf)
    {
        if (!Asks(name))
            return;
        _seen.Add(name);
        foreach (var (value, probability) in TableOf(name))
            JudgeNumber(name, $"P({name} <= {Show(value)})", cdf(value), probability, DistributionTolerance);
    }

    /// <summary>
    /// <c>moments</c>, by the endings of their names: a <c>*_mean</c> within 0.01 of the <c>*_std</c> beside it, a <c>*_std</c> within 1 %,
    /// anything else (a correlation) within 0.01.
    /// </summary>
    public void Moments(string name, IReadOnlyDictionary<string, double> got)
    {
        if (!Asks(name))
            return;
        var table = goldenCase.ExpectedValue(name);
        foreach (var (key, entry) in Keyed(name, got))
        {
            var expected = entry.GetDouble();
            var bound = MomentTolerance;
            if (key.EndsWith("_std", StringComparison.Ordinal))
                bound = MomentTolerance * Math.Abs(expected);
            else if (key.EndsWith("_mean", StringComparison.Ordinal))
                bound = MomentTolerance * table.GetProperty(string.Concat(key.AsSpan(0, key.Length - "_mean".Length), "_std")).GetDouble();
            JudgeNumber(name, $"{name}[{key}]", got[key], expected, bound);
        }
    }

    private static bool AllowsExceptions(string caseName) =>
        caseName.Contains("hue", StringComparison.Ordinal) || caseName.Contains("color_jitter", StringComparison.Ordinal) || caseName.Contains("blur", StringComparison.Ordinal);

    private static int CountAtMost(double[] sorted, double value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] <= value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static IEnumerable<double> Flatten(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany(Flatten) : [value.GetDouble()];

    /// <summary>Equal infinities and two NaN do not differ; a NaN on one side differs by infinitely much.</summary>
    private static double Difference(double got, double expected)
    {
        if (got.Equals(expected))
            return 0;
        var difference = Math.Abs(got - expected);
        return double.IsNaN(difference) ? double.PositiveInfinity : difference;
    }

    private static string Show(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private List<(string Key, JsonElement Expected)> Keyed<T>(string name, IReadOnlyDictionary<string, T> got)
    {
        _seen.Add(name);
        var expected = goldenCase.ExpectedValue(name).EnumerateObject().ToList();
        foreach (var key in got.Keys.Except(expected.Select(entry => entry.Name)))
            Fail(name, $"'{key}' is not among the expected keys");
        foreach (var entry in expected.Where(entry => !got.ContainsKey(entry.Name)))
            Fail(name, $"'{entry.Name}' is missing");
        return [.. expected.Where(entry => got.ContainsKey(entry.Name)).Select(entry => (entry.Name, entry.Value))];
    }

    private double DistributionTolerance => goldenCase.Params.GetProperty("cdf_tolerance").GetDouble();

    /// <summary>Values and the probabilities of not exceeding them; none, and a failure, where the table does not fit the case's probabilities.</summary>
    private List<(double Value, double Probability)> TableOf(string name)
    {
        var rows = goldenCase.ExpectedValue(name).EnumerateArray();
        List<(double Value, double Probability)> table = name.EndsWith(PointTable, StringComparison.Ordinal)
            ? [.. rows.Select(pair => (pair[0].GetDouble(), pair[1].GetDouble()))]
            : [.. rows.Zip(goldenCase.Params.GetProperty("probabilities").EnumerateArray(), (q, p) => (q.GetDouble(), p.GetDouble()))];
        return SameLength(name, goldenCase.ExpectedValue(name).GetArrayLength(), table.Count) ? table : [];
    }

    private double RelativeTolerance(string name) => goldenCase.ExpectedEntry(name).GetProperty("rtol").GetDouble();

    private double AbsoluteTolerance(string name) => goldenCase.ExpectedEntry(name).GetProperty("atol").GetDouble();

    private bool SameLength(string name, int got, int expected)
    {
        _seen.Add(name);
        if (got == expected)
            return true;
        Fail(name, $"{got} values, expected {expected}");
        return false;
    }

    private void JudgeNumber(string name, string label, double got, double expected) =>
        JudgeNumber(name, label, got, expected, AbsoluteTolerance(name) + (RelativeTolerance(name) * Math.Abs(expected)));

    private void JudgeNumber(string name, string label, double got, double expected, double bound) =>
        Judge(name, Difference(got, expected), bound, $"{label}: got {Show(got)}, expected {Show(expected)}, ");

    private void Judge(string name, double deviation, double bound, string figures)
    {
        _seen.Add(name);
        _compared++;
        if (!(deviation <= bound))
            Fail(name, $"{figures}deviation {Show(deviation)} > {Show(bound)}");
        else if (bound > 0 && !goldenCase.IsOptional(name))
            WorstShareOfTolerance = Math.Max(WorstShareOfTolerance, deviation / bound);
    }

    private void Fail(string name, string what)
    {
        if (goldenCase.IsOptional(name))
            _remarks.Add($"optional {name}: {what}");
        else
            _failures.Add($"{name}: {what}");
    }
}
