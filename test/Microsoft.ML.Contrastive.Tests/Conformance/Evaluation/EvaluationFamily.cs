using Microsoft.ML.Contrastive.Evaluation;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Evaluation;

/// <summary>Family 7: nearest neighbours, logistic regression, a linear probe, diagnostics of features, top-k accuracy.</summary>
internal sealed class EvaluationFamily : GoldenFamily
{
    public override string Name => "evaluation";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        Action<GoldenCase, GoldenCheck>? run = c.Name switch
        {
            _ when c.Name.StartsWith("knn_", StringComparison.Ordinal) => NearestNeighbours,
            _ when c.Name.StartsWith("diagnostics_", StringComparison.Ordinal) => Diagnostics,
            _ when c.Name.StartsWith("topk_accuracy", StringComparison.Ordinal) => TopK,
            _ => null,
        };
        if (run is null)
            check.Unsupported($"no measure of the library matches '{c.Name}'");
        else
            run(c, check);
    }

    private static void NearestNeighbours(GoldenCase c, GoldenCheck check)
    {
        Assert.True(c.Params.GetProperty("features_must_be_normalised_first").GetBoolean());
        var classifier = new NearestNeighbourClassifier(
            c.Input("train").Floats(), Labels(c, "train_labels"), c.Params.GetProperty("k").GetInt32(), c.Params.GetProperty("temperature").GetDouble(),
            c.Params.GetProperty("num_classes").GetInt32());

        var votes = classifier.Classify(c.Input("test").Floats());

        var labels = Labels(c, "test_labels");
        check.Integers("predicted_labels", Array.ConvertAll(votes.PredictedLabels(), label => (long)label));
        check.Number("top1_percent", 100 * votes.Accuracy(labels));
        check.Number("top5_percent", 100 * votes.Accuracy(labels, top: 5));
        check.Array("vote_scores_first_10_rows", Array.ConvertAll(votes.Votes[..(10 * votes.ClassCount)], vote => (float)vote));
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

        check.Number("top1", TopKAccuracy.Measure(logits, labels));
        check.Number("top5", TopKAccuracy.Measure(logits, labels, k: 5));
    }

    private static int[] Labels(GoldenCase c, string name) => Array.ConvertAll(c.Input(name).Longs(), label => (int)label);
}
