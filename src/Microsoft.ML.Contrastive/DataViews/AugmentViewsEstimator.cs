using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Changes views by any step but a crop: one of this library without an estimator of its own, or yours.</summary>
/// <remarks>
/// <para>Derive a record from <see cref="AugmentationStep"/> to draw the parameters of one stage of the renderer for all views of a row as you like;
/// columns, renderer and trainer take it as they take the steps of this library.</para>
/// <list type="table">
/// <item><term>Looks at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input columns</term><description>One or more views: columns that a crop has made</description></item>
/// <item><term>Output columns</term><description>The same columns, which carry the extended plan</description></item>
/// <item><term>When they are computed</term><description>When they are read; equal for every cursor, order and thread</description></item>
/// <item><term>In a saved model</term><description>Nothing: views are for training</description></item>
/// <item><term>Caution</term><description><c>AppendCacheCheckpoint</c>, <c>Cache</c> and <c>ShuffleRows</c> drop image columns without a word: shuffle paths before the
/// images are loaded</description></item>
/// </list>
/// </remarks>
public sealed class AugmentViewsEstimator : AugmentationEstimator
{
    internal AugmentViewsEstimator(IHostEnvironment env, Options options)
        : base(env, options, options.Step)
    {
    }

    /// <summary>Options of <see cref="AugmentViewsEstimator"/>.</summary>
    public sealed class Options : ViewOptions
    {
        /// <summary>The step, with all its settings.</summary>
        public required AugmentationStep Step { get; set; }
    }
}
