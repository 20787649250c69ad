namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>What a linear classifier makes of its logits z = W·x + b, one a class.</summary>
internal enum ScoreFormula
{
    /// <summary>exp(z) / Σ exp(z): maximum entropy, ML.NET's multinomial logistic regression.</summary>
    Softmax,

    /// <summary>σ(z) / Σ σ(z): ML.NET's one-versus-all of classifiers that give probabilities.</summary>
    NormalizedSigmoid,

    /// <summary>z itself: classifiers without probabilities.</summary>
    Identity,
}
