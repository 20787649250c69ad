using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// Writes down how the views of a row are made: their recipes (crop box, area, colour factors, σ, …) as one vector of floats with named slots, to
/// be saved, joined, plotted, or replayed by <see cref="ReplayViewsEstimator"/>.
/// </summary>
/// <remarks>
/// <para>A view takes <see cref="RecipeVector.Length"/> slots, named <c>View1.Crop.Left</c>, <c>View1.Crop.AreaScale</c>, <c>View1.Color.Brightness</c>,
/// <c>View1.Blur.Sigma</c>, …; views follow one another in the order of <see cref="Options.ViewColumnNames"/>.</para>
/// <para>Save text with <c>mlContext.Data.SaveAsText(…, forceDense: true)</c>: rows with many zeros are otherwise written in a form that a loader of fixed columns misreads.</para>
/// <list type="table">
/// <item><term>Looks at the data to train its parameters?</term><description>No</description></item>
/// <item><term>Input columns</term><description>One or more views: columns that augmentation steps have made, and the image column that they were made from</description></item>
/// <item><term>Output column</term><description>Vector of <see cref="float"/>, of known size</description></item>
/// <item><term>When it is computed</term><description>When it is read; the image is decoded for its size, no view is rendered</description></item>
/// <item><term>In a saved model</term><description>Nothing: views are for training</description></item>
/// </list>
/// </remarks>
public sealed class ViewRecipesEstimator : IEstimator<ViewRecipesTransformer>
{
    /// <summary>ML.NET's own kind of annotation for the names of a vector's values.</summary>
    internal const string SlotNamesKind = "SlotNames";

    private readonly Options _options;

    internal ViewRecipesEstimator(Options options)
    {
        if (string.IsNullOrWhiteSpace(options.OutputColumnName))
            throw new ArgumentException("The name of the recipe column must not be empty.", nameof(options));
        ViewStep.CheckNames(options.ViewColumnNames, nameof(Options.ViewColumnNames));
        if (options.Epoch < 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.Epoch, $"{nameof(Options.Epoch)} is {options.Epoch}; allowed is at least 0, the first pass over the data.");
        _options = new Options { OutputColumnName = options.OutputColumnName, ViewColumnNames = [.. options.ViewColumnNames], Epoch = options.Epoch };
    }

    /// <summary>Checks that the columns are there and are views of one image column.</summary>
    /// <param name="input">Data with the views.</param>
    /// <exception cref="ArgumentException">A column is missing or no view, or the views are not of one image column that is still there.</exception>
    public ViewRecipesTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var transformer = new ViewRecipesTransformer(_options);
        transformer.Bind(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Dictionary<string, SchemaShape.Column> columns = inputSchema.ToDictionary(c => c.Name);
        foreach (string name in _options.ViewColumnNames)
        {
            if (!columns.ContainsKey(name))
                throw ViewStep.Missing(name, columns.Keys);
        }

        columns[_options.OutputColumnName] = MlNetInternals.Column(
            _options.OutputColumnName, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single,
            annotations: new SchemaShape([MlNetInternals.Column(SlotNamesKind, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance)]));
        return new SchemaShape(columns.Values);
    }

    /// <summary>Options of <see cref="ViewRecipesEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>Default of <see cref="OutputColumnName"/>.</summary>
        public const string DefaultOutputColumnName = "Recipes";

        /// <summary>Name of the column to add.</summary>
        /// <value>The default value is <c>Recipes</c>.</value>
        public string OutputColumnName { get; set; } = DefaultOutputColumnName;

        /// <summary>Names of the view columns: at least one, all different.</summary>
        /// <value>The default value is <c>View1</c>, <c>View2</c>.</value>
        public string[] ViewColumnNames { get; set; } = ["View1", "View2"];

        /// <summary>The pass over the data whose recipes are written, from 0: those of the views that the trainer sees in that epoch.</summary>
        /// <value>The default value is null: the pass that the views beside it are read for, which is 0 outside of a trainer.</value>
        public long? Epoch { get; set; }
    }
}

/// <summary>Adds a column with the recipes of views: see <see cref="ViewRecipesEstimator"/>.</summary>
public sealed class ViewRecipesTransformer : ImageStepTransformer
{
    private readonly ViewRecipesEstimator.Options _options;

    internal ViewRecipesTransformer(ViewRecipesEstimator.Options options) => _options = options;

    internal override ImageStepMapper Bind(DataViewSchema schema)
    {
        foreach (string name in _options.ViewColumnNames)
        {
            if (schema.GetColumnOrNull(name) is null)
                throw ViewStep.Missing(name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        }

        if (!ViewPlanMerge.TryFind(schema, _options.ViewColumnNames, out ViewPlan? plan, out int[] views, out DataViewSchema.Column image, out string obstacle))
            throw new ArgumentException(
                $"The recipes of {string.Join(", ", _options.ViewColumnNames)} cannot be written to one column: {obstacle}. Name views of one image column, and keep that column.");
        return new RecipeMapper(schema, image, _options, plan, views);
    }

    private sealed class RecipeMapper : ImageStepMapper
    {
        private readonly long? _epoch;
        private readonly ViewPlan _plan;
        private readonly int[] _views;

        public RecipeMapper(DataViewSchema input, DataViewSchema.Column image, ViewRecipesEstimator.Options options, ViewPlan plan, int[] views)
            : base(input, image)
        {
            (_epoch, _plan, _views) = (options.Epoch, plan, views);
            ReadOnlyMemory<char>[] names = [.. options.ViewColumnNames.SelectMany(RecipeVector.SlotNames).Select(name => name.AsMemory())];
            var annotations = new DataViewSchema.Annotations.Builder();
            annotations.Add<VBuffer<ReadOnlyMemory<char>>>(
                ViewRecipesEstimator.SlotNamesKind, new VectorDataViewType(TextDataViewType.Instance, names.Length), (ref value) => value = new(names.Length, names));
            var schema = new DataViewSchema.Builder();
            schema.AddColumns(input);
            schema.AddColumn(options.OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, names.Length), annotations.ToAnnotations());
            OutputSchema = schema.ToSchema();
        }

        public override DataViewSchema OutputSchema { get; }

        public override ImageStepGetters Open(DataViewRow row, IEnumerable<DataViewSchema.Column> active) =>
            new RecipeGetters(this, row, active, new SampledRecipes(_plan, row, _epoch ?? ViewEpoch.Current), _views);
    }

    private sealed class RecipeGetters(ImageStepMapper mapper, DataViewRow input, IEnumerable<DataViewSchema.Column> active, RowRecipes recipes, int[] views)
        : ImageStepGetters(mapper, input, active)
    {
        protected override Delegate Added(DataViewSchema.Column column) => (ValueGetter<VBuffer<float>>)((ref destination) =>
        {
            ViewRecipe[] row = recipes.At(Source().Read());
            VBufferEditor<float> editor = VBufferEditor.Create(ref destination, views.Length * RecipeVector.Length);
            for (int k = 0; k < views.Length; k++)
                RecipeVector.Write(row[views[k]], editor.Values.Slice(k * RecipeVector.Length, RecipeVector.Length));
            destination = editor.Commit();
        });
    }
}
