using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Makes views by crops whose areas are drawn together (JointCrop, AAAI-25).</summary>
/// <remarks>
/// <para>The ratio of the areas of two views follows a law with one parameter β; see <see cref="JointCrop"/>. The controls for an experiment, which share
/// all other random numbers with it under the same seed, are <see cref="MarginalOnlyCropEstimator"/>, <see cref="IndependentCropEstimator"/> and the
/// field's baseline <see cref="RandomResizedCropEstimator"/>.</para>
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
public sealed class JointCropEstimator : AugmentationEstimator
{
    internal JointCropEstimator(IHostEnvironment env, Options options)
        : base(env, options, options.Step)
    {
    }

    /// <summary>Options of <see cref="JointCropEstimator"/>.</summary>
    public sealed class Options : CropOptions
    {
        /// <summary>The crop, with all its settings.</summary>
        /// <value>The default value is a crop to <see cref="AugmentationEstimator.CropOptions.DefaultImageSize"/> with the defaults of <see cref="JointCrop"/>.</value>
        public JointCrop Step { get; set; } = new() { OutputSize = new ImageSize(DefaultImageSize, DefaultImageSize) };
    }
}
