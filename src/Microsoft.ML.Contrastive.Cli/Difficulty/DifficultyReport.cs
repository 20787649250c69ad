using System.Globalization;
using System.Text;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Cli.Datasets;
using Microsoft.ML.Contrastive.Cli.Encoders;
using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Cli.Sweep;
using Microsoft.ML.Contrastive.Evaluation;
using Microsoft.ML.Contrastive.Plots;
using Microsoft.ML.Contrastive.Training.Presets;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Cli.Difficulty;

/// <summary>The difficulty of pairs under one encoder: of kinds of views, and as curves over area ratio and β; and the laws of the crops. Crops alone, in the encoder's size.</summary>
/// <param name="mlContext">Its seed is that of the views.</param>
/// <param name="images">Data with an image column.</param>
/// <param name="encoder">What finds pairs alike.</param>
/// <param name="arms">The kinds of views.</param>
/// <param name="options">How many images.</param>
internal sealed class DifficultyReport(MLContext mlContext, IDataView images, SavedEncoder encoder, ViewArm[] arms, StatisticalDifficultyOptions options)
{
    private const int SheetRows = 8;

    // Crops are all that counts here, and the same in every method.
    private readonly ContrastivePreset _preset = SmallDataSettings.Of("simclr", Math.Max(encoder.ImageSize.Width, encoder.ImageSize.Height), images: 1000, epochs: null);

    private DifficultyCurve? _ratios, _betas;

    /// <summary>The arms, measured.</summary>
    public List<(string Name, StatisticalDifficulty Difficulty)> Arms { get; } = [];

    /// <summary>Measures everything.</summary>
    /// <param name="say">Receives a line as soon as something is measured.</param>
    public void Measure(Action<string> say)
    {
        DifficultyCatalog difficulty = mlContext.Contrastive().Difficulty;
        foreach (ViewArm arm in arms)
        {
            Arms.Add((arm.Name, difficulty.Measure(Views(arm), encoder.Transformer, options)));
            say($"{arm.Name}  {Arms[^1].Difficulty}");
        }

        IDataView joint = Views(ViewArm.Parse(ViewArm.Joint, [0]).Single());
        _ratios = difficulty.ByAreaRatio(joint, encoder.Transformer, options: options);
        say($"{_ratios}".TrimEnd());
        _betas = difficulty.ByBeta(joint, encoder.Transformer, options: options);
        say($"{_betas}".TrimEnd());
    }

    /// <summary>Writes what was measured.</summary>
    /// <param name="folder">The folder; files of the same names are replaced.</param>
    public void Write(string folder)
    {
        var table = new StringBuilder("views,mean_cosine,standard_error,images\n");
        foreach ((string name, StatisticalDifficulty difficulty) in Arms)
            table.Append(CultureInfo.InvariantCulture, $"{name},{difficulty.MeanCosine:G9},{difficulty.StandardError:G9},{difficulty.ImageCount}\n");
        File.WriteAllText(Path.Combine(folder, "views.csv"), table.ToString());
        Write(folder, "area-ratio", _ratios!);
        Write(folder, "beta", _betas!);

        (string Name, PairStatistics Pairs)[] laws = [.. arms.Select(arm => (arm.Name, PairStatistics.Sample(
            ViewPlan.Create(seed: 1, ["View1", "View2"]).Append(arm.Steps(_preset).Select(step => step.Step).OfType<CropStep>().First()), encoder.ImageSize)))];
        foreach (
            (string name, PairQuantity quantity) in ((string, PairQuantity)[])[
                ("area-ratio", PairQuantity.LogAreaRatio), ("distance", PairQuantity.CentreDistance), ("overlap", PairQuantity.Overlap)])
            PairFigure.Create(laws.Select(law => (law.Name, law.Pairs.Histogram(quantity)))).SavePng(Path.Combine(folder, $"law-{name}.png"));
        mlContext.Contrastive().Difficulty.SaveContactSheet(
            Path.Combine(folder, "pairs.png"), Views(arms[0]), Arms[0].Difficulty, DifficultyOrder.Spread, SheetRows, columns: 2,
            $"{arms[0].Name}: from hardest to easiest pair{(options.Projector ? ", behind the projection head" : "")}");
    }

    private static void Write(string folder, string name, DifficultyCurve curve)
    {
        var table = new StringBuilder($"{name.Replace('-', '_')},mean_cosine,standard_error,images\n");
        foreach (DifficultyPoint point in curve.Points)
            table.Append(CultureInfo.InvariantCulture, $"{point.Value},{point.Difficulty.MeanCosine:G9},{point.Difficulty.StandardError:G9},{point.Difficulty.ImageCount}\n");
        File.WriteAllText(Path.Combine(folder, $"{name}.csv"), table.ToString());
        DifficultyFigure.Create([("JointCrop", curve)]).SavePng(Path.Combine(folder, $"{name}.png"));
    }

    private IDataView Views(ViewArm arm) =>
        arm.AppendTo(new EstimatorChain<ITransformer>(), mlContext, _preset, DatasetView.ImageColumnName).Fit(images).Transform(images);
}
