using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Makes views by crops with independent areas, exactly uniform on images of every shape.</summary>
/// <remarks>
/// <para>See <see cref="IndependentCrop"/>: the exact counterpart of <see cref="JointCropEstimator"/>.</para>
/// <list type="table">
/// <item><term>Looks at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input columns</term><description>One image (<c>MLImage</c>) of any size</description></item>
/// <item><term>Output columns</term><description>One or more images (<c>MLImage</c>) of known size, which carry their plan</description></item>
/// <item><term>When they are computed</term><description>When they are read; equal for every cursor, order and thread</description></item>
/// <item><term>In a saved model</term><description>Nothing: views are for training</description></item>
/// <item><term>Caution</term><description><c>AppendCacheCheckpoint</c>, <c>Cache</c> and <c>ShuffleRows</c> drop image columns without a word: shuffle paths before the
/// images are loaded</description></item>
/// </list>
/// </remarks>
public sealed class IndependentCropEstimator : AugmentationEstimator
{
    internal IndependentCropEstimator(IHostEnvironment env, Options options)
        : base(env, options, options.Step)
    {
    }

    /// <summary>Options of <see cref="IndependentCropEstimator"/>.</summary>
    public sealed class Options : CropOptions
    {
        /// <summary>The crop, with all its settings.</summary>
        /// <value>The default value is a crop to <see cref="AugmentationEstimator.CropOptions.DefaultImageSize"/> with the defaults of <see cref="IndependentCrop"/>.</value>
        public IndependentCrop Step { get; set; } = new() { OutputSize = new ImageSize(DefaultImageSize, DefaultImageSize) };
    }
}
