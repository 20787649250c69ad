using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>
/// Multinomial logistic regression at its optimum: a linear evaluation without learning rate, schedule, batches or seed, so that two encoders are
/// compared and not two ways of training a classifier.
/// </summary>
/// <remarks>
/// Minimises Σᵢ CE(W·xᵢ + b, yᵢ) + ½·l2·‖W‖², intercepts unpenalised, in double precision. scikit-learn's <c>C</c> is 1/l2. The optimum is unique (the
/// intercepts up to a common shift; theirs is given with mean 0).
/// </remarks>
public static class MultinomialLogisticRegression
{
    /// <summary>Weight of the penalty unless said otherwise, as in scikit-learn.</summary>
    public const double DefaultL2 = 1;

    /// <summary>Iterations of L-BFGS unless said otherwise.</summary>
    public const int DefaultMaximumIterations = 2000;

    /// <summary>Largest entry of the gradient of the objective divided by the number of rows at which the optimum counts as reached.</summary>
    private const double GradientTolerance = 1e-9;

    /// <summary>Fits the classifier.</summary>
    /// <param name="features">
    /// n × d values row by row. Features of very different scale make the search long and the penalty uneven: standardise those first.
    /// </param>
    /// <param name="labels">Class index of each row, n values from 0.</param>
    /// <param name="l2">Weight of the penalty, greater than 0. <value>The default value is 1.</value></param>
    /// <param name="classCount">Number of classes C. <value>The default value is one more than the largest label.</value></param>
    /// <param name="maximumIterations">Iterations after which the search gives up, at least 1. <value>The default value is 2000.</value></param>
    /// <exception cref="ArgumentException">Rows and labels do not fit each other, a feature is not finite, or a label is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="l2"/> or <paramref name="maximumIterations"/> is out of range.</exception>
    public static LogisticRegressionFit Fit(
        float[] features, int[] labels, double l2 = DefaultL2, int? classCount = null, int maximumIterations = DefaultMaximumIterations)
    {
        var d = FeatureRows.Dimension(features, labels, nameof(features), nameof(labels));
        var classes = FeatureRows.ClassCount(labels, classCount, nameof(labels));
        if (!(l2 > 0) || double.IsInfinity(l2))
        {
            throw new ArgumentOutOfRangeException(
                nameof(l2), l2, "The penalty must be finite and greater than 0: without it, classes that a plane separates have no optimum.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maximumIterations, 1);

        TorchRuntime.EnsureLoaded();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var x = FeatureRows.ToTensor(features, d, float64, CPU);
        var target = tensor(Array.ConvertAll(labels, label => (long)label));
        var oneHot = nn.functional.one_hot(target, classes).to(float64);
        var weightCount = classes * d;

        // Both divided by n, so that the tolerance means the same for few rows and for many.
        double MeanObjective(double[] point, double[] gradient)
        {
            using var evaluation = NewDisposeScope();
            var all = tensor(point);
            var w = all.narrow(0, 0, weightCount).reshape(classes, d);
            var logProbabilities = (x.matmul(w.t()) + all.narrow(0, weightCount, classes)).log_softmax(1);
            var residuals = (logProbabilities.exp() - oneHot) / labels.Length;
            (residuals.t().matmul(x) + (w * (l2 / labels.Length))).data<double>().CopyTo(gradient, 0);
            residuals.sum([0L]).data<double>().CopyTo(gradient, weightCount);
            var crossEntropy = nn.functional.nll_loss(logProbabilities, target);
            return crossEntropy.item<double>() + (0.5 * l2 / labels.Length * w.square().sum().item<double>());
        }

        var optimum = Lbfgs.Minimise(MeanObjective, new double[weightCount + classes], GradientTolerance, maximumIterations);
        var intercepts = optimum.Point[weightCount..];
        var mean = intercepts.Average();
        return new LogisticRegressionFit(
            new LinearClassifier(optimum.Point[..weightCount], Array.ConvertAll(intercepts, b => b - mean)),
            optimum.Value * labels.Length,
            optimum.Iterations,
            optimum.LargestGradientEntry <= GradientTolerance);
    }
}

/// <summary>A logistic regression and how its search ended.</summary>
/// <param name="Classifier">The classifier.</param>
/// <param name="Objective">Value of the objective: sum of the cross-entropies and penalty.</param>
/// <param name="Iterations">Iterations that were made.</param>
/// <param name="Converged">Whether the optimum was reached; if not, allow more iterations or standardise the features.</param>
public sealed record LogisticRegressionFit(LinearClassifier Classifier, double Objective, int Iterations, bool Converged);
