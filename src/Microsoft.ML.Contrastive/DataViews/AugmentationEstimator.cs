using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>One augmentation step of a pipeline. It learns nothing from data: <see cref="Fit"/> only checks the columns.</summary>
/// <remarks>
/// Crops make views out of an image column; all other steps extend the plan of views that a crop has made, and never render twice. See
/// <see cref="AugmentationTransformer"/> for what a view column is.
/// </remarks>
public abstract class AugmentationEstimator : IEstimator<AugmentationTransformer>
{
    private readonly IHost _host;
    private readonly ViewStep _step;

    private protected AugmentationEstimator(IHostEnvironment env, CropOptions options, CropStep step)
        : this(env, new CropViewStep(step, options.OutputColumnNames, options.InputColumnName, options.Seed, MlNetInternals.Seed(env)))
    {
    }

    private protected AugmentationEstimator(IHostEnvironment env, ViewOptions options, AugmentationStep step)
        : this(env, new ExtendingViewStep(step, options.ViewColumnNames))
    {
    }

    private AugmentationEstimator(IHostEnvironment env, ViewStep step)
    {
        _host = env.Register(GetType().Name);
        _step = step;
    }

    /// <summary>The step: what it draws, with every value.</summary>
    public AugmentationStep Step => _step.Step;

    /// <summary>Checks that the columns are there and of the right types.</summary>
    /// <param name="input">Data with the columns that the step reads.</param>
    /// <returns>The transformer that makes the views.</returns>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, the views belong to plans that do not go together, or the step cannot stand in this place of the plan.</exception>
    /// <exception cref="InvalidOperationException">The image column that the views were made from is gone.</exception>
    public AugmentationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ViewMapper mapper = _step.Bind(input.Schema);
        if (_step is CropViewStep { DrawnSeed: { } drawn } && mapper.Plan.Seed == (uint)drawn)
        {
            using IChannel channel = _host.Start(nameof(Fit));
            channel.Info(
                MessageSensitivity.None,
                $"The views {string.Join(", ", _step.ColumnNames)} have the drawn seed {drawn}. For the same views in another run set 'seed' to it, or make the MLContext with a seed.");
        }

        return new AugmentationTransformer(_step);
    }

    /// <summary>The columns that come out, for checking a pipeline before there is data.</summary>
    /// <param name="inputSchema">The columns that go in.</param>
    /// <returns>The columns of <paramref name="inputSchema"/> and the views: images of known size.</returns>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return _step.Propagate(inputSchema);
    }

    /// <summary>What the options of all crops have in common.</summary>
    public abstract class CropOptions
    {
        /// <summary>Width and height of the views where none are given: those of the field for ImageNet.</summary>
        public const int DefaultImageSize = 224;

        private protected CropOptions()
        {
        }

        /// <summary>Names of the view columns to add: at least one, all different.</summary>
        /// <value>The default value is <c>View1</c>, <c>View2</c>.</value>
        public string[] OutputColumnNames { get; set; } = ["View1", "View2"];

        /// <summary>Name of the image column that the views are made from. It must stay until after the last augmentation step.</summary>
        /// <value>The default value is <c>Image</c>.</value>
        public string InputColumnName { get; set; } = "Image";

        /// <summary>Seed of the views' random numbers, and of all steps that extend them.</summary>
        /// <value>
        /// The default value is null: the seed of views that were made from the same image column before, else the <see cref="MLContext"/>'s, else one
        /// that is drawn and printed in the log.
        /// </value>
        public int? Seed { get; set; }
    }

    /// <summary>What the options of all later steps have in common.</summary>
    public abstract class ViewOptions
    {
        private protected ViewOptions()
        {
        }

        /// <summary>Names of the view columns to change: at least one, all different, for joint steps in the order in which they were made.</summary>
        /// <value>The default value is <c>View1</c>, <c>View2</c>.</value>
        public string[] ViewColumnNames { get; set; } = ["View1", "View2"];
    }
}
