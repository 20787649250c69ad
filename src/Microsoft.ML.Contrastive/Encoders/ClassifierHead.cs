namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>A linear classifier on an encoder's features, with its classes' names: logits = W·x + b, probabilities their softmax.</summary>
/// <param name="Weights">W, C × D values row by row: a row for each class.</param>
/// <param name="Intercepts">b, C values.</param>
/// <param name="ClassNames">The names of the C classes.</param>
internal sealed record ClassifierHead(float[] Weights, float[] Intercepts, IReadOnlyList<string> ClassNames)
{
    /// <summary>Number of classes C.</summary>
    public int ClassCount => Intercepts.Length;

    /// <summary>Number of features D.</summary>
    public int FeatureDimension => Weights.Length / ClassCount;

    /// <summary>Probabilities of every class, n × C values row by row.</summary>
    /// <param name="features">n × D values row by row.</param>
    public float[] Probabilities(float[] features)
    {
        int rows = features.Length / FeatureDimension;
        var probabilities = new float[rows * ClassCount];
        var logits = new double[ClassCount];
        for (int row = 0; row < rows; row++)
        {
            for (int c = 0; c < ClassCount; c++)
            {
                logits[c] = Intercepts[c];
                for (int i = 0; i < FeatureDimension; i++)
                    logits[c] += (double)Weights[c * FeatureDimension + i] * features[row * FeatureDimension + i];
            }

            double largest = logits.Max(), sum = logits.Sum(l => Math.Exp(l - largest));
            for (int c = 0; c < ClassCount; c++)
                probabilities[row * ClassCount + c] = (float)(Math.Exp(logits[c] - largest) / sum);
        }

        return probabilities;
    }
}
