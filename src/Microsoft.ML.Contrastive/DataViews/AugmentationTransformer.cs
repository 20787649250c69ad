using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// Adds lazy view columns: <see cref="MLImage"/> values that are rendered when they are read. What is read depends on the seed, the epoch and
/// the row's identifier alone, so all cursors, in whatever order and on whatever thread, give the same pixels.
/// </summary>
/// <remarks>
/// In a saved model the step is nothing: views are for training, and <c>mlContext.Model.Save</c> writes a step that passes its input on.
/// <c>AppendCacheCheckpoint</c>, <c>Cache</c> and <c>ShuffleRows</c> drop image columns, these and all others, without a word: shuffle paths
/// before the images are loaded, and cache what comes out of them.
/// </remarks>
public sealed class AugmentationTransformer : ImageStepTransformer
{
    private readonly ViewStep _step;

    internal AugmentationTransformer(ViewStep step) => _step = step;

    /// <inheritdoc/>
    public override string ToString() => $"{_step.Step} for {string.Join(", ", _step.ColumnNames)}";

    internal override ImageStepMapper Bind(DataViewSchema schema) => _step.Bind(schema);
}
