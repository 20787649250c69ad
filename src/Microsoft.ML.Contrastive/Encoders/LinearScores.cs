using Microsoft.ML.Calibrators;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What one of ML.NET's linear multiclass models computes: logits W·x + b, a row and an entry a class, and the scores that it makes of them.</summary>
/// <param name="Weights">W, C × D values row by row.</param>
/// <param name="Intercepts">b, C values.</param>
/// <param name="Formula">From logits to scores.</param>
internal sealed record LinearScores(float[] Weights, float[] Intercepts, ScoreFormula Formula)
{
    /// <summary>Reads a model that an ML.NET trainer returned.</summary>
    /// <exception cref="NotSupportedException">It is not linear, or its probabilities do not come from a sigmoid; the message tells what it is.</exception>
    public static LinearScores Of(object model) => model switch
    {
        MaximumEntropyModelParameters maximumEntropy => Multiclass(maximumEntropy, ScoreFormula.Softmax),
        LinearMulticlassModelParameters linear => Multiclass(linear, ScoreFormula.Identity),
        OneVersusAllModelParameters oneVersusAll => OneVersusAll(oneVersusAll),
        _ => throw new NotSupportedException(
            $"it is a {model.GetType().Name}, which is not linear. Train LbfgsMaximumEntropy, SdcaMaximumEntropy, SdcaNonCalibrated, or OneVersusAll of a linear binary trainer"),
    };

    private static LinearScores Multiclass(LinearMulticlassModelParametersBase model, ScoreFormula formula)
    {
        VBuffer<float>[]? weights = null;
        model.GetWeights(ref weights, out int _);
        return new LinearScores([.. weights!.SelectMany(w => w.DenseValues())], [.. model.GetBiases()], formula);
    }

    private static LinearScores OneVersusAll(OneVersusAllModelParameters model)
    {
        (IReadOnlyList<object> classifiers, string implementation) = MlNetInternals.OneVersusAll(model);
        bool isProbability = implementation switch
        {
            "ImplDist" => true,
            "ImplRaw" => false,
            _ => throw new NotSupportedException($"its one-versus-all scores are of the unknown kind {implementation}"),
        };
        var rows = new List<float>();
        var intercepts = new List<float>();
        foreach (object classifier in classifiers)
        {
            // Platt's probability is 1 / (1 + exp(a·y + c)) of the score y = w·x + b: the sigmoid of −a·w·x − (a·b + c).
            var (linear, slope, offset) = isProbability ? Calibrated(classifier) : (Linear(classifier), -1, 0);
            rows.AddRange(linear.Weights.Select(w => (float)(-slope * w)));
            intercepts.Add((float)(-((slope * linear.Bias) + offset)));
        }

        return new LinearScores([.. rows], [.. intercepts], isProbability ? ScoreFormula.NormalizedSigmoid : ScoreFormula.Identity);
    }

    private static (LinearModelParameters Linear, double Slope, double Offset) Calibrated(object classifier) => classifier switch
    {
        CalibratedModelParametersBase { Calibrator: PlattCalibrator platt } calibrated => (Linear(calibrated.SubModel), platt.Slope, platt.Offset),
        CalibratedModelParametersBase other => throw new NotSupportedException($"its probabilities come from a {other.Calibrator.GetType().Name}; only Platt's sigmoid can be exported"),
        _ => throw new NotSupportedException($"one of its classifiers is a {classifier.GetType().Name}, which is not linear"),
    };

    private static LinearModelParameters Linear(object classifier) =>
        classifier as LinearModelParameters ?? throw new NotSupportedException($"one of its classifiers is a {classifier.GetType().Name}, which is not linear");
}
