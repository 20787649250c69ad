namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// The pass over the data that lazy views are made for. It travels beside the call instead of through it: between a trainer and the view columns
/// may stand any number of foreign steps, which hand on a <c>GetRowCursor</c> call but none of our parameters.
/// </summary>
/// <remarks>Read when a cursor or row is made, so a cursor keeps its epoch for as long as it lives.</remarks>
internal static class ViewEpoch
{
    private static readonly AsyncLocal<long> Ambient = new();

    /// <summary>The epoch that cursors made now get, from 0.</summary>
    public static long Current => Ambient.Value;

    /// <summary>Sets the epoch until the result is disposed.</summary>
    /// <param name="epoch">The pass over the data, from 0.</param>
    public static Scope Use(long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var scope = new Scope(Ambient.Value);
        Ambient.Value = epoch;
        return scope;
    }

    /// <summary>Puts back the epoch that was current before.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly long _before;

        internal Scope(long before) => _before = before;

        /// <inheritdoc/>
        public void Dispose() => Ambient.Value = _before;
    }
}
