using System.Globalization;
using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Evaluation;

/// <summary>Family 7: nearest neighbours, logistic regression, a linear probe, diagnostics of features, top-k accuracy.</summary>
internal sealed class EvaluationFamily : GoldenFamily
{
    public override string Name => "evaluation";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        c.Params.Informational("n", "classes", "one_over_sqrt_d", "n_train");
        Action<GoldenCase, GoldenCheck>? run = c.Name switch
        {
            _ when c.Name.StartsWith("knn_", StringComparison.Ordinal) => NearestNeighbours,
            _ when c.Name.StartsWith("diagnostics_", StringComparison.Ordinal) => Diagnostics,
            _ when c.Name.StartsWith("topk_accuracy", StringComparison.Ordinal) => TopK,
            _ when c.Name.StartsWith("logreg_", StringComparison.Ordinal) => LogisticRegression,
            _ when c.Name.StartsWith("linear_probe_sgd", StringComparison.Ordinal) => LinearProbe,
            _ => null,
        };
        if (run is null)
            check.Unsupported($"no measure of the library matches '{c.Name}'");
        else
            run(c, check);
    }

    private static void NearestNeighbours(GoldenCase c, GoldenCheck check)
    {
        if (c.Params.TryGetProperty("features_must_be_normalised_first", out var normalised) && !normalised.GetBoolean())
        {
            check.Unsupported("neighbours by scalar product of features as they are; the library compares directions");
            return;
        }

        var classifier = new NearestNeighbourClassifier(
            c.Input("train").Floats(), Labels(c, "train_labels"), c.Params.GetProperty("k").GetInt32(), c.Params.GetProperty("temperature").GetDouble(),
            c.Params.GetProperty("num_classes").GetInt32());

        var votes = classifier.Classify(c.Input("test").Floats());

        var labels = Labels(c, "test_labels");
        check.Integers("predicted_labels", Array.ConvertAll(votes.PredictedLabels(), label => (long)label));
        check.Number("top1_percent", 100 * votes.Accuracy(labels));
        check.Number("top5_percent", 100 * votes.Accuracy(labels, top: 5));
        check.Array("vote_scores_first_10_rows", Array.ConvertAll(votes.Votes[..(Math.Min(10, votes.RowCount) * votes.ClassCount)], vote => (float)vote));
    }

    private static void Diagnostics(GoldenCase c, GoldenCheck check)
    {
        var features = c.Input("features").Floats();
        var dimension = c.Params.GetProperty("dim").GetInt32();
        var health = RepresentationHealth.Measure(features, dimension);
        var pairs = PositivePairAgreement.Measure(features, c.Input("positives").Floats(), dimension);

        check.Array("std_per_dim_of_normalised", Array.ConvertAll(health.StandardDeviationPerDimension, std => (float)std));
        check.Number("std_mean", health.StandardDeviation);
        check.Number("rankme", health.RankMe);
        check.Number("effective_rank", health.EffectiveRank);
        check.Number("effective_rank_centered", health.CentredEffectiveRank);
        check.Number("effective_rank_covariance_eigenvalues", health.CovarianceEffectiveRank);
        check.Number("rankme_of_normalised", health.NormalisedRankMe);
        check.Number("uniformity_t2", health.Uniformity);
        check.Number("mean_offdiagonal_cosine", health.MeanCosine);
        check.Number("positive_pair_cosine_mean_sdf", pairs.MeanCosine);
        check.Number("alignment_alpha2", pairs.Alignment);
        check.Number("alignment_alpha1", pairs.MeanDistance);
    }

    private static void TopK(GoldenCase c, GoldenCheck check)
    {
        var (logits, labels) = (c.Input("logits").Floats(), Labels(c, "labels"));

        foreach (var name in c.ExpectedNames.Where(name => name.StartsWith("top", StringComparison.Ordinal)))
            check.Number(name, TopKAccuracy.Measure(logits, labels, int.Parse(name["top".Length..], CultureInfo.InvariantCulture)));
    }

    private static void LogisticRegression(GoldenCase c, GoldenCheck check)
    {
        var (features, labels) = (c.Input("X").Floats(), Labels(c, "y"));
        var (testFeatures, testLabels) = (c.Input("X_test").Floats(), Labels(c, "y_test"));

        c.Params.Require("objective", "sum_i CE_i + 0.5*l2*||W||^2 (intercepts unpenalised); sklearn C = 1/l2; equals mean CE + 0.5*(l2/n)*||W||^2");
        var fit = MultinomialLogisticRegression.Fit(features, labels, c.Params.GetProperty("l2").GetDouble(), c.Params.GetProperty("num_classes").GetInt32());

        var classifier = fit.Classifier;
        check.Array("coef", Floats(classifier.Weights));
        check.Number("coef_norm", Math.Sqrt(classifier.Weights.Sum(w => w * w)));
        check.Array("intercept_centered", Floats(classifier.Intercepts));
        check.Number("objective_at_optimum", fit.Objective);
        check.Number("train_accuracy", classifier.Accuracy(features, labels));
        check.Number("test_accuracy", classifier.Accuracy(testFeatures, testLabels));
        check.Array("test_probabilities", Floats(classifier.Probabilities(testFeatures)));
    }

    /// <summary>Full-batch steps from zero: every epoch is one step.</summary>
    private static void LinearProbe(GoldenCase c, GoldenCheck check)
    {
        var labels = Labels(c, "y");
        var protocol = new LinearEvaluationProtocol
        {
            Name = c.Name,
            Optimizer = c.Params.Flag("nesterov", false) ? LinearEvaluationOptimizer.NesterovSgd : LinearEvaluationOptimizer.Sgd,
            LearningRate = c.Params.GetProperty("lr").GetDouble(),
            Momentum = c.Params.Number("momentum", 0),
            WeightDecay = c.Params.Number("weight_decay", 0),
            Epochs = c.Params.GetProperty("steps").GetInt32(),
            BatchSize = labels.Length,
            InitialWeightDeviation = 0,
        };

        var result = LinearEvaluation.Train(c.Input("X").Floats(), labels, protocol, seed: 0, c.Params.GetProperty("num_classes").GetInt32());

        check.Numbers("loss_before_each_step", result.LossPerEpoch);
        check.Array("W", Floats(result.Classifier.Weights));
        check.Array("b", Floats(result.Classifier.Intercepts));
    }

    private static float[] Floats(double[] values) => Array.ConvertAll(values, value => (float)value);

    private static int[] Labels(GoldenCase c, string name) => Array.ConvertAll(c.Input(name).Longs(), label => (int)label);
}
