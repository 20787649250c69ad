using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Planned augmentation steps as steps of a pipeline.</summary>
internal static class ViewPipeline
{
    /// <summary>Appends the steps that make view columns from an image column.</summary>
    /// <param name="pipeline">What comes before.</param>
    /// <param name="transforms">Those of the context, whose seed is that of the views where <paramref name="seed"/> is null.</param>
    /// <param name="steps">The steps in the order of the renderer.</param>
    /// <param name="viewNames">Names of the view columns that the steps count.</param>
    /// <param name="imageColumnName">The image column.</param>
    /// <param name="seed">Seed of the views.</param>
    public static EstimatorChain<ITransformer> AppendViews(
        this EstimatorChain<ITransformer> pipeline, TransformsCatalog transforms, IEnumerable<PlannedStep> steps, IReadOnlyList<string> viewNames, string imageColumnName, int? seed = null)
    {
        IHostEnvironment environment = MlNetInternals.Environment(transforms);
        foreach (PlannedStep planned in steps)
        {
            string[] views = [.. planned.Views.Select(view => viewNames[view])];
            pipeline = pipeline.Append<ITransformer>(planned.Step is CropStep crop
                ? new CropViewsEstimator(environment, new CropViewsEstimator.Options { OutputColumnNames = views, InputColumnName = imageColumnName, Seed = seed, Step = crop })
                : new AugmentViewsEstimator(environment, new AugmentViewsEstimator.Options { ViewColumnNames = views, Step = planned.Step }));
        }

        return pipeline;
    }
}
