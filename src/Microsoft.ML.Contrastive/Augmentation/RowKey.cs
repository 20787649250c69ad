namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>
/// What the random numbers of a row depend on: nothing else does, so a row gets the same views whatever thread renders it, in whatever
/// order, and after a resume.
/// </summary>
/// <param name="Seed">The plan's seed.</param>
/// <param name="Epoch">The pass over the data, from 0.</param>
/// <param name="RowLow">Lower 64 bits of the row's identifier (<c>DataViewRowId.Low</c>).</param>
/// <param name="RowHigh">Upper 64 bits of the row's identifier (<c>DataViewRowId.High</c>).</param>
public readonly record struct RowKey(ulong Seed, long Epoch, ulong RowLow, ulong RowHigh);
