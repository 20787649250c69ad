using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive;

/// <summary>What this library adds to an <see cref="MLContext"/> beyond transforms: reached by <see cref="ContrastiveExtensions.Contrastive"/>.</summary>
public sealed class ContrastiveCatalog
{
    internal ContrastiveCatalog(MLContext context) => Context = context;

    /// <summary>The context that the catalog belongs to.</summary>
    internal MLContext Context { get; }
}
