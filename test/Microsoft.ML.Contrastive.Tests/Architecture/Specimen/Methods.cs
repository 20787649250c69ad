#pragma warning disable CA1812, CA1823, CS0169, IDE0044, IDE0051 // Read by Mono.Cecil, never run.

namespace Microsoft.ML.Contrastive.Tests.Architecture.Specimen.Methods;

internal sealed class AsDataView
{
    private IDataView? _rows;
}
