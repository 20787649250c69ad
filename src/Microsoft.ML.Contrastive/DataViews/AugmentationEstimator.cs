using Microsoft.ML.Contrastive.Augmentation;
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

    private protected AugmentationEstimator(IHostEnvironment env, ViewStep step)
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
}
