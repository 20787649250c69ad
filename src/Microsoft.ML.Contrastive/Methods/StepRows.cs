using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// Rows that the micro-batches of an optimiser step leave for its end, so that a queue or a centre moves once a step and sees what it would of one large
/// batch. Empty between steps, hence no part of the state.
/// </summary>
internal sealed class StepRows
{
    private readonly List<Tensor> _rows = [];

    /// <summary>Adds the rows of a micro-batch; their gradients are cut off.</summary>
    /// <param name="rows">[B, …].</param>
    /// <param name="position">Where training is.</param>
    /// <returns>All rows of the step when this micro-batch is its last; <see langword="null"/> before.</returns>
    public Tensor? Add(Tensor rows, TrainingPosition position)
    {
        if (position is { BeginsStep: true, EndsStep: true })
            return rows.detach();
        if (position.BeginsStep)
            Clear();    // An epoch may have ended within a step.
        _rows.Add(rows.detach().DetachFromDisposeScope());
        if (!position.EndsStep)
            return null;
        Tensor all = cat([.. _rows]);
        Clear();
        return all;
    }

    private void Clear()
    {
        _rows.ForEach(rows => rows.Dispose());
        _rows.Clear();
    }
}
