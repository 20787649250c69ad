using System.Globalization;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>How the crops of a positive pair are drawn. The other steps, and with the same seed their random numbers, are the same for every arm.</summary>
/// <param name="Name">What the column <c>views</c> says.</param>
/// <param name="Beta">β of the joint law that the crop is made of; not a number where it has none.</param>
internal sealed record ViewArm(string Name, double Beta)
{
    /// <summary>The field's baseline, <see cref="RandomResizedCrop"/>.</summary>
    public const string Baseline = "rrc";

    /// <summary><see cref="IndependentCrop"/>: independent areas without the baseline's tries.</summary>
    public const string Independent = "independent";

    /// <summary><see cref="MarginalOnlyCrop"/>: independent areas from the marginal of JointCrop(0).</summary>
    public const string Marginal = "marginal";

    /// <summary><see cref="JointCrop"/>; <c>joint</c> alone is β = 0.</summary>
    public const string Joint = "joint";

    /// <summary>What <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [Baseline, Independent, Marginal, Joint];

    /// <summary>Whether this is JointCrop, with whatever β.</summary>
    public static bool IsJoint(string name) => name == Joint || name.StartsWith($"{Joint}(", StringComparison.Ordinal);

    /// <summary>The arms of a name: one, or one for each β.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="betas">The values of β for <see cref="Joint"/>.</param>
    /// <exception cref="ArgumentException">There is no such arm.</exception>
    public static IEnumerable<ViewArm> Parse(string name, IEnumerable<double> betas) => name switch
    {
        Baseline or Independent => [new ViewArm(name, double.NaN)],
        Marginal => [new ViewArm(name, 0)],
        Joint => betas.Select(beta => new ViewArm(beta == 0 ? Joint : string.Create(CultureInfo.InvariantCulture, $"{Joint}({beta})"), beta)),
        _ => throw new ArgumentException($"There are no views '{name}'. There are: {string.Join(", ", Names)}."),
    };

    /// <summary>The steps of a preset with the crops of its first two views drawn in this way; further views stay as they are.</summary>
    public IEnumerable<PlannedStep> Steps(ContrastivePreset preset) => Name == Baseline
        ? preset.Steps
        : (preset with { JointCropBeta = double.IsNaN(Beta) ? 0 : Beta }).Steps.Select(step => step.Step is JointCrop joint ? step with { Step = Crop(joint) } : step);

    /// <summary>The same as steps of a pipeline that make the view columns from an image column.</summary>
    /// <param name="pipeline">What comes before.</param>
    /// <param name="mlContext">Its seed is that of the views.</param>
    /// <param name="preset">The steps.</param>
    /// <param name="imageColumnName">The image column.</param>
    public EstimatorChain<ITransformer> AppendTo(EstimatorChain<ITransformer> pipeline, MLContext mlContext, ContrastivePreset preset, string imageColumnName) =>
        pipeline.AppendViews(mlContext.Transforms, Steps(preset), preset.ViewNames, imageColumnName);

    private CropStep Crop(JointCrop joint) => Name switch
    {
        Independent => new IndependentCrop { OutputSize = joint.OutputSize, Scale = joint.Scale, AspectRatio = joint.AspectRatio, Filter = joint.Filter },
        Marginal => new MarginalOnlyCrop { OutputSize = joint.OutputSize, Scale = joint.Scale, AspectRatio = joint.AspectRatio, Filter = joint.Filter, Beta = joint.Beta },
        _ => joint,
    };
}
