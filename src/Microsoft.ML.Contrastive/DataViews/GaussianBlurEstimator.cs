using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Blurs views with a probability, each with a σ of its own.</summary>
/// <remarks>
/// <para>Extends the plan of the views; see <see cref="GaussianBlur"/> for what is drawn. The views are rendered anew from the image that the crop saw, never
/// twice, so that image column has to stay until after the last augmentation step.</para>
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
public sealed class GaussianBlurEstimator : AugmentationEstimator
{
    internal GaussianBlurEstimator(IHostEnvironment env, Options options)
        : base(env, options, options.Step)
    {
    }

    /// <summary>Options of <see cref="GaussianBlurEstimator"/>.</summary>
    public sealed class Options : ViewOptions
    {
        /// <summary>The step, with all its settings.</summary>
        /// <value>The default value has the defaults of <see cref="GaussianBlur"/>.</value>
        public GaussianBlur Step { get; set; } = new();
    }
}
