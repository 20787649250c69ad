using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive;

/// <summary>How difficult positive pairs are for a trained encoder: <c>mlContext.Contrastive().Difficulty</c>.</summary>
/// <remarks>
/// Statistical difficulty (JointCrop paper, AAAI-25) is the mean cosine similarity of the pairs. <em>Higher means easier</em>, and values of different encoders do not
/// compare. Any transformer from an image column to a vector of floats is an encoder: a <see cref="Encoders.ContrastiveEncoderTransformer"/> (its pooled features, or on
/// demand the output of its projection head, <see cref="StatisticalDifficultyOptions.Projector"/>), or ML.NET's own steps around an ONNX model.
/// </remarks>
public sealed class DifficultyCatalog
{
    private readonly MLContext _context;

    internal DifficultyCatalog(MLContext context) => _context = context;

    /// <summary>The default of the area ratios: figure 2 of the paper.</summary>
    public static IReadOnlyList<double> DefaultAreaRatios { get; } = [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5];

    /// <summary>The default of β: the range of the paper's figure 3.</summary>
    public static IReadOnlyList<double> DefaultBetas { get; } = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2];

    /// <summary>Measures the pairs of a view plan as it is.</summary>
    /// <param name="views">Data with view columns and the image column that they are made from.</param>
    /// <param name="encoder">A trained encoder: image column → vector of floats.</param>
    /// <param name="options">How many images and epochs, which views, whether the steps after the crop take part. When null: crops alone, 1000 images.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, a column is missing or no view, the views are no pair, the encoder's columns are not there, or it has no projection head to
    /// measure.
    /// </exception>
    /// <exception cref="InvalidOperationException">There are fewer than two images, one cannot be decoded, or a feature is not finite.</exception>
    /// <exception cref="OperationCanceledException">The measurement was cancelled.</exception>
    public StatisticalDifficulty Measure(IDataView views, ITransformer encoder, StatisticalDifficultyOptions? options = null)
    {
        var measurement = new DifficultyMeasurement(_context, views, encoder, options ?? new StatisticalDifficultyOptions());
        return measurement.Measure([measurement.MeasuredPlan])[0];
    }

    /// <summary>Measures pairs whose areas have a fixed ratio, with everything else as in the view plan (paper, figure 2).</summary>
    /// <param name="views">Data with two view columns of one random crop, of which everything but the law of the areas is kept (<see cref="JointCrop.InPlaceOf"/>), and their image column.</param>
    /// <param name="encoder">A trained encoder: image column → vector of floats.</param>
    /// <param name="ratios">
    /// Larger area / smaller area, ascending: at least 1, at most largest / smallest area of the crop. When null: those of <see cref="DefaultAreaRatios"/> that the crop
    /// allows.
    /// </param>
    /// <param name="options">As for <see cref="Measure"/>.</param>
    /// <remarks>A ratio moves the areas themselves too: at 5:1 of 0.2–1 one view is always the whole image's area, at 1:1 both are anywhere.</remarks>
    /// <inheritdoc cref="Measure" path="/exception"/>
    public DifficultyCurve ByAreaRatio(IDataView views, ITransformer encoder, IReadOnlyList<double>? ratios = null, StatisticalDifficultyOptions? options = null)
    {
        var measurement = new DifficultyMeasurement(_context, views, encoder, options ?? new StatisticalDifficultyOptions());
        return measurement.Curve("area ratio", ratios ?? [.. DefaultAreaRatios.Where(measurement.Allows)], ratio => new FixedRatioLaw(ratio));
    }

    /// <summary>Measures pairs of JointCrop(β), with everything else as in the view plan.</summary>
    /// <param name="views">Data with two view columns of one random crop, of which everything but the law of the areas is kept (<see cref="JointCrop.InPlaceOf"/>), and their image column.</param>
    /// <param name="encoder">A trained encoder: image column → vector of floats.</param>
    /// <param name="betas">Values of β, ascending, each finite. When null: <see cref="DefaultBetas"/>.</param>
    /// <param name="options">As for <see cref="Measure"/>.</param>
    /// <inheritdoc cref="Measure" path="/exception"/>
    public DifficultyCurve ByBeta(IDataView views, ITransformer encoder, IReadOnlyList<double>? betas = null, StatisticalDifficultyOptions? options = null)
    {
        var measurement = new DifficultyMeasurement(_context, views, encoder, options ?? new StatisticalDifficultyOptions());
        return measurement.Curve("β", betas ?? DefaultBetas, beta => new BetaLaw(beta));
    }

    /// <summary>Proposes the β of JointCrop whose pairs have a stated difficulty under a pilot encoder.</summary>
    /// <param name="views">Data with two view columns of one random crop, of which everything but the law of the areas is kept (<see cref="JointCrop.InPlaceOf"/>), and their image column.</param>
    /// <param name="pilotEncoder">An encoder trained on such data, for some epochs: its idea of alike is what the proposal rests on.</param>
    /// <param name="targetDifficulty">
    /// The mean cosine to reach, −1 to 1. There is no default, because nothing known justifies one: take it from a plan that works for you, measured by
    /// <see cref="Measure"/> with the same encoder and options.
    /// </param>
    /// <param name="betas">Values of β to measure, ascending, at least two. When null: <see cref="DefaultBetas"/>.</param>
    /// <param name="options">As for <see cref="Measure"/>.</param>
    /// <returns>The proposal with all measurements. It has no β when the target lies outside of what was measured.</returns>
    /// <inheritdoc cref="Measure" path="/exception"/>
    public BetaSuggestion SuggestBeta(
        IDataView views, ITransformer pilotEncoder, double targetDifficulty, IReadOnlyList<double>? betas = null, StatisticalDifficultyOptions? options = null)
    {
        if (!(targetDifficulty is >= -1 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(targetDifficulty), targetDifficulty, $"{nameof(targetDifficulty)} is {targetDifficulty}; allowed is a mean cosine, -1 to 1.");
        if (betas is { Count: < 2 })
            throw new ArgumentException($"{nameof(betas)} has {betas.Count} values; at least two are needed to interpolate.", nameof(betas));
        return BetaSuggestion.From(ByBeta(views, pilotEncoder, betas, options), targetDifficulty);
    }

    /// <summary>Saves a picture of measured pairs, sorted by difficulty, with their area ratio, their similarity and both views' recipes below them.</summary>
    /// <param name="path">The PNG file to write, in a folder that exists; a file that is there is replaced once the new one is complete.</param>
    /// <param name="views">The data that was measured.</param>
    /// <param name="difficulty">The measurement, by <see cref="Measure"/> or a point of a curve: its pairs are drawn as they were measured.</param>
    /// <param name="order">Which pairs, in which order.</param>
    /// <param name="rows">How many pairs, at least 1.</param>
    /// <param name="columns">How many pairs stand beside one another, at least 1; as many as make the sheet about as wide as it is high when null.</param>
    /// <param name="title">A line above everything; none when empty.</param>
    /// <exception cref="ArgumentException">A value is out of its range, or the data is not what was measured.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">An image cannot be decoded.</exception>
    public void SaveContactSheet(
        string path, IDataView views, StatisticalDifficulty difficulty, DifficultyOrder order = DifficultyOrder.HardestFirst,
        int rows = DataViews.ContactSheetOptions.DefaultRows, int? columns = null, string title = "")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(difficulty);
        DifficultySheet.Save(_context, path, views, difficulty, order, rows, columns, title);
    }
}
