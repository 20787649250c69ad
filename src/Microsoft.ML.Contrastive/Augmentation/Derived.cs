namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// What a step works out from its settings on first use. It takes no part in the equality of records: two steps with equal settings are
/// equal whether or not one of them has already been used. A setter that it depends on assigns <see langword="default"/>, because
/// <c>with</c> copies it along.
/// </summary>
internal struct Derived<T> : IEquatable<Derived<T>>
    where T : class
{
    private T? _value;

    /// <summary>Returns the value, made by <paramref name="create"/> at the first call. Two threads may both make it; both results serve.</summary>
    public T Get<TSettings>(TSettings settings, Func<TSettings, T> create) => _value ??= create(settings);

    public readonly bool Equals(Derived<T> other) => true;

    public override readonly bool Equals(object? obj) => obj is Derived<T>;

    public override readonly int GetHashCode() => 0;
}
