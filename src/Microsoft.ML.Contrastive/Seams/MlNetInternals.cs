using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.Seams;

/// <summary>
/// The few members of ML.NET that an extension needs and that ML.NET keeps to itself. Each is bound by name when it is first called: a version of
/// ML.NET without it gives a <see cref="MissingMethodException"/> there, and the tests of this file say so before a release does.
/// </summary>
internal static class MlNetInternals
{
    /// <summary>
    /// A column of an estimator's output shape. Estimators have to answer <see cref="IEstimator{T}.GetOutputSchema"/> before there is data, and the
    /// constructor of the columns that they answer with is internal.
    /// </summary>
    /// <param name="name">The column's name.</param>
    /// <param name="kind">Scalar, vector of known size, or vector of variable size.</param>
    /// <param name="itemType">Type of the value, or of an item of the vector.</param>
    /// <param name="isKey">Whether it is a key (a category).</param>
    /// <param name="annotations">Shape of the column's annotations; none when left out.</param>
    public static SchemaShape.Column Column(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType, bool isKey = false, SchemaShape? annotations = null) =>
        // The constructor takes null for the annotations but code that reads them later does not.
        NewColumn(name, kind, itemType, isKey, annotations ?? new SchemaShape([]));

    /// <summary>
    /// The seed that the context was made with, null where none was given. ML.NET has a public setter only. The environment of a catalog (below) has
    /// its context's seed.
    /// </summary>
    public static int? Seed(IHostEnvironment environment) => GetSeed(environment);

    /// <summary>
    /// The environment behind <c>mlContext.Transforms</c>, for logging and hosts. It is not the <see cref="MLContext"/>: the choice of the GPU is not in it.
    /// </summary>
    public static IHostEnvironment Environment(TransformsCatalog catalog) => GetEnvironment(catalog);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SchemaShape.Column NewColumn(string name, SchemaShape.Column.VectorKind vecKind, DataViewType itemType, bool isKey, SchemaShape? annotations);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Seed")]
    private static extern int? GetSeed([UnsafeAccessorType("Microsoft.ML.Runtime.IHostEnvironmentInternal, Microsoft.ML.Core")] object environment);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Microsoft.ML.Data.IInternalCatalog.get_Environment")]
    private static extern IHostEnvironment GetEnvironment(TransformsCatalog catalog);
}
