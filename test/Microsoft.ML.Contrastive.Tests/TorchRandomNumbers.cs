using Xunit;

namespace Microsoft.ML.Contrastive.Tests;

/// <summary>Tests that seed torch's random numbers, which belong to the whole process, run while no others do.</summary>
[CollectionDefinition(nameof(TorchRandomNumbers), DisableParallelization = true)]
public sealed class TorchRandomNumbers;
