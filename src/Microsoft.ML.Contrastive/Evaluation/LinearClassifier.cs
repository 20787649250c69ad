using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>A linear classifier on features: scores = W·x + b.</summary>
public sealed class LinearClassifier
{
    /// <summary>Takes over weights that were trained here or elsewhere.</summary>
    /// <param name="weights">W, C × d values row by row: a row for each class, as in torch's <c>Linear</c>.</param>
    /// <param name="intercepts">b, C values.</param>
    /// <exception cref="ArgumentException">The weights are no positive multiple of the intercepts.</exception>
    public LinearClassifier(double[] weights, double[] intercepts)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(intercepts);
        if (intercepts.Length == 0 || weights.Length == 0 || weights.Length % intercepts.Length != 0)
            throw new ArgumentException($"{weights.Length} weights for {intercepts.Length} intercepts: every class needs one intercept and d weights.", nameof(weights));
        (Weights, Intercepts) = (weights, intercepts);
    }

    /// <summary>W, C × d values, a row for each class.</summary>
    public double[] Weights { get; }

    /// <summary>b, C values.</summary>
    public double[] Intercepts { get; }

    /// <summary>Number of classes C.</summary>
    public int ClassCount => Intercepts.Length;

    /// <summary>Number of features d of a row.</summary>
    public int Dimension => Weights.Length / Intercepts.Length;

    /// <summary>Scores (logits) of every class, n × C values row by row.</summary>
    /// <param name="features">n × d values row by row.</param>
    /// <exception cref="ArgumentException">The values are no positive multiple of d, or one is not finite.</exception>
    public double[] Scores(float[] features) => Evaluate(features, scores => scores);

    /// <summary>Probabilities of every class (softmax of the scores), n × C values row by row.</summary>
    /// <inheritdoc cref="Scores"/>
    public double[] Probabilities(float[] features) => Evaluate(features, scores => scores.softmax(1));

    /// <summary>The part of the rows, from 0 to 1, whose class is among the <paramref name="top"/> with the highest scores.</summary>
    /// <param name="features">n × d values row by row.</param>
    /// <param name="labels">True class index of each row, n values.</param>
    /// <param name="top">How many classes may be named, at least 1. <value>The default value is 1.</value></param>
    /// <exception cref="ArgumentException">Features and labels do not fit each other or this classifier.</exception>
    public double Accuracy(float[] features, int[] labels, int top = 1)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var rows = FeatureRows.Count(features, Dimension, nameof(features));
        if (rows != labels.Length)
            throw new ArgumentException($"{labels.Length} labels for {rows} rows: every row needs its label.", nameof(labels));
        return TopKAccuracy.Measure(Scores(features), labels, top);
    }

    private double[] Evaluate(float[] features, Func<Tensor, Tensor> output)
    {
        _ = FeatureRows.Count(features, Dimension, nameof(features));
        TorchRuntime.EnsureLoaded();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var scores = FeatureRows.ToTensor(features, Dimension, float64, CPU).matmul(tensor(Weights).reshape(ClassCount, Dimension).t()) + tensor(Intercepts);
        return output(scores).data<double>().ToArray();
    }
}
