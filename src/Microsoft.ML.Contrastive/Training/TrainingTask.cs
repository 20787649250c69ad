using Microsoft.ML.Contrastive.Methods;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>What a trainer wants trained: all that one training differs in from another, beyond the options that they share.</summary>
/// <param name="Method">The settings of the method: an immutable description, which the log prints and a workspace compares with that of its run.</param>
/// <param name="Create">Builds the network with fresh weights from torch's global random numbers.</param>
internal sealed record TrainingTask(object Method, Func<TrainingModule> Create)
{
    /// <summary>Who takes only views of one size; <see langword="null"/> when sizes may differ.</summary>
    public string? TakesOneSize { get; init; }

    /// <summary>The labels that the loss or the online probe is to be given; <see langword="null"/> where there is no use for them.</summary>
    public RowLabels? Labels { get; init; }

    /// <summary>A classifier that learns beside the training, from <see cref="Labels"/>; <see langword="null"/> for none.</summary>
    public OnlineProbe? OnlineProbe { get; init; }

    /// <summary>Whether the encoder that comes out keeps the projection head.</summary>
    public bool KeepsProjector { get; init; }

    /// <summary>From features n × D to the classes' scores n × C, where a classifier is trained.</summary>
    public Func<float[], float[]>? Classify { get; init; }
}
