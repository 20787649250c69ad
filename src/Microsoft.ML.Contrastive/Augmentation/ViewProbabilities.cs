using System.Collections;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// One probability for all views, or one for each. A number and a list both convert: <c>Probability = 0.5</c>, <c>Probability = [1.0, 0.1]</c>.
/// </summary>
[CollectionBuilder(typeof(ViewProbabilities), nameof(Create))]
public sealed class ViewProbabilities : IEnumerable<double>, IEquatable<ViewProbabilities>
{
    private readonly double[] _values;

    private ViewProbabilities(double[] values) => _values = values;

    /// <summary>How many were given: 1 when all views share one.</summary>
    public int Count => _values.Length;

    /// <summary>The probability of a view.</summary>
    /// <param name="view">Position of the view among those that the step is for.</param>
    public double this[int view] => _values.Length == 1 ? _values[0] : _values[view];

    /// <summary>One probability for all views.</summary>
    /// <param name="probability">0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a probability.</exception>
    public static implicit operator ViewProbabilities(double probability) => Create([probability]);

    /// <summary>The same as the conversion from a number.</summary>
    /// <param name="probability">0 to 1.</param>
    public static ViewProbabilities FromDouble(double probability) => probability;

    /// <summary>One probability for each view, or one for all.</summary>
    /// <param name="probabilities">Each 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not probabilities, or none.</exception>
    public static ViewProbabilities Create(ReadOnlySpan<double> probabilities)
    {
        if (probabilities.IsEmpty)
            throw Setting.OutOfRange(nameof(probabilities), "empty", "one probability for all views or one for each");
        foreach (double probability in probabilities)
            Setting.Probability(probability, nameof(JointBlur.Probability));
        return new ViewProbabilities(probabilities.ToArray());
    }

    /// <inheritdoc/>
    public bool Equals(ViewProbabilities? other) => other is not null && _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ViewProbabilities);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public override string ToString() => _values.Length == 1 ? FormattableString.Invariant($"{_values[0]}") : "[" + string.Join(", ", _values) + "]";

    /// <inheritdoc/>
    public IEnumerator<double> GetEnumerator() => ((IEnumerable<double>)_values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
