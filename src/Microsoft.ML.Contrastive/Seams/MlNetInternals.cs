using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

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
    /// The environment behind <c>mlContext.Transforms</c>, for logging and hosts. It is not the <see cref="MLContext"/>; what the context was told about the GPU
    /// is in it, but not in public.
    /// </summary>
    public static IHostEnvironment Environment(TransformsCatalog catalog) => GetEnvironment(catalog);

    /// <summary>The context's <see cref="MLContext.GpuDeviceId"/>.</summary>
    public static int? GpuDeviceId(IHostEnvironment environment) => GetGpuDeviceId(environment);

    /// <summary>The context's <see cref="MLContext.FallbackToCpu"/>.</summary>
    public static bool FallbackToCpu(IHostEnvironment environment) => GetFallbackToCpu(environment);

    /// <summary>
    /// ML.NET's linear classifier with weights that were trained elsewhere. Its trainers make it with weights of their own; loading it is the stock library's
    /// business.
    /// </summary>
    /// <param name="environment">The environment.</param>
    /// <param name="weights">For each class one weight a feature.</param>
    /// <param name="intercepts">For each class its intercept.</param>
    /// <param name="classNames">For each class its name.</param>
    public static MaximumEntropyModelParameters LinearClassifier(IHostEnvironment environment, VBuffer<float>[] weights, float[] intercepts, string[] classNames) =>
        NewMaximumEntropyModel(environment, weights, intercepts, intercepts.Length, weights[0].Length, classNames, null);

    /// <summary>The transformer around a linear classifier, which its trainer would have returned.</summary>
    /// <param name="environment">The environment.</param>
    /// <param name="model">The classifier.</param>
    /// <param name="schema">Schema of the data that it could have been trained on: features, and labels as a key whose values are the classes' names.</param>
    /// <param name="featureColumn">Column of the features.</param>
    /// <param name="labelColumn">Column of the labels.</param>
    /// <param name="scoreColumn">Column that it writes the classes' probabilities to.</param>
    /// <param name="predictedLabelColumn">Column that it writes the most probable class to, as a key.</param>
    public static MulticlassPredictionTransformer<MaximumEntropyModelParameters> ClassifyingTransformer(
        IHostEnvironment environment, MaximumEntropyModelParameters model, DataViewSchema schema,
        string featureColumn, string labelColumn, string scoreColumn, string predictedLabelColumn) =>
        Classifying<MaximumEntropyModelParameters>.NewTransformer(environment, model, schema, featureColumn, labelColumn, scoreColumn, predictedLabelColumn);

    /// <summary>
    /// The binary classifiers of a one-versus-all classifier, one a class, and how their outputs become scores: "ImplDist" (each one's probability, divided by
    /// their sum) or "ImplRaw" (as they are). ML.NET keeps both to itself.
    /// </summary>
    public static (IReadOnlyList<object> Classifiers, string Formula) OneVersusAll(OneVersusAllModelParameters model)
    {
        object implementation = typeof(OneVersusAllModelParameters).GetField("_impl", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(model)
            ?? throw new MissingFieldException(nameof(OneVersusAllModelParameters), "_impl");
        return (GetSubModels(model), implementation.GetType().Name);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_SubModelParameters")]
    private static extern ImmutableArray<object> GetSubModels(OneVersusAllModelParameters model);

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern MaximumEntropyModelParameters NewMaximumEntropyModel(
        IHostEnvironment env, VBuffer<float>[] weights, float[] bias, int numClasses, int numFeatures, string[] labelNames, ModelStatisticsBase? stats);

    /// <summary>The constructor takes a value of the type parameter: the accessor then needs a type parameter in the same place.</summary>
    private static class Classifying<TModel>
        where TModel : class
    {
        [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
        public static extern MulticlassPredictionTransformer<TModel> NewTransformer(
            IHostEnvironment env, TModel model, DataViewSchema inputSchema, string featureColumn, string labelColumn, string scoreColumn, string predictedLabel);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern SchemaShape.Column NewColumn(string name, SchemaShape.Column.VectorKind vecKind, DataViewType itemType, bool isKey, SchemaShape? annotations);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Seed")]
    private static extern int? GetSeed([UnsafeAccessorType("Microsoft.ML.Runtime.IHostEnvironmentInternal, Microsoft.ML.Core")] object environment);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_GpuDeviceId")]
    private static extern int? GetGpuDeviceId([UnsafeAccessorType("Microsoft.ML.Runtime.IHostEnvironmentInternal, Microsoft.ML.Core")] object environment);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_FallbackToCpu")]
    private static extern bool GetFallbackToCpu([UnsafeAccessorType("Microsoft.ML.Runtime.IHostEnvironmentInternal, Microsoft.ML.Core")] object environment);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Microsoft.ML.Data.IInternalCatalog.get_Environment")]
    private static extern IHostEnvironment GetEnvironment(TransformsCatalog catalog);
}
