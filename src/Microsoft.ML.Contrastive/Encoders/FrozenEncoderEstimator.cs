using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>
/// A pretrained encoder as a step of a pipeline that is still to be trained. Fitting returns the encoder as it is, so cross-validation
/// trains what follows once a fold and never the encoder.
/// </summary>
public sealed class FrozenEncoderEstimator : IEstimator<ContrastiveEncoderTransformer>
{
    private readonly ContrastiveEncoderTransformer _encoder;

    internal FrozenEncoderEstimator(ContrastiveEncoderTransformer encoder) => _encoder = encoder;

    /// <summary>Returns the encoder.</summary>
    /// <param name="input">Data with the encoder's image column; only its schema is looked at.</param>
    public ContrastiveEncoderTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        _encoder.GetOutputSchema(input.Schema);
        return _encoder;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        EncoderSchema.Extend(inputSchema, _encoder.InputColumnName, _encoder.OutputColumnName);
}
