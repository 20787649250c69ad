using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// Makes views by the recipes of a column that <see cref="ViewRecipesEstimator"/> has written, in this process or another: the same pixels, bit for
/// bit, whatever seed, plan or row identifier they once came from.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>Looks at the data to train its parameters?</term><description>Yes: the first row's recipes, for the size of the views</description></item>
/// <item><term>Input columns</term><description>One image (<c>MLImage</c>), and a vector of <see cref="float"/> with <see cref="RecipeVector.Length"/> values a view</description></item>
/// <item><term>Output columns</term><description>One or more images (<c>MLImage</c>) of known size. They carry no plan: a trainer reads them row by row, and later
/// augmentation steps do not extend them</description></item>
/// <item><term>When they are computed</term><description>When they are read. A value that no recipe has is an error that names row and value</description></item>
/// <item><term>In a saved model</term><description>Nothing: views are for training</description></item>
/// </list>
/// </remarks>
public sealed class ReplayViewsEstimator : IEstimator<ReplayViewsTransformer>
{
    private readonly Options _options;

    internal ReplayViewsEstimator(Options options)
    {
        ViewStep.CheckNames(options.OutputColumnNames, nameof(Options.OutputColumnNames));
        if (string.IsNullOrWhiteSpace(options.InputColumnName) || string.IsNullOrWhiteSpace(options.RecipeColumnName))
            throw new ArgumentException("The names of the image column and of the recipe column must not be empty.", nameof(options));
        _options = new Options { OutputColumnNames = [.. options.OutputColumnNames], InputColumnName = options.InputColumnName, RecipeColumnName = options.RecipeColumnName };
    }

    /// <summary>Reads the size of the views from the first row's recipes.</summary>
    /// <param name="input">Data with images and recipes; at least one row.</param>
    /// <exception cref="ArgumentException">A column is missing or of a wrong type, or the recipes are for another number of views.</exception>
    /// <exception cref="InvalidOperationException">There are no rows, or the first row holds a value that no recipe has.</exception>
    public ReplayViewsTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        DataViewSchema.Column column = ReplayViewsTransformer.Check(input.Schema, _options);
        using DataViewRowCursor cursor = input.GetRowCursor([column]);
        if (!cursor.MoveNext())
            throw new InvalidOperationException($"The data has no rows; ReplayViews reads the size of {string.Join(", ", _options.OutputColumnNames)} from the first.");
        var recipes = new StoredRecipes(cursor, column, sizes: null, _options.OutputColumnNames);
        ViewRecipe[] first = recipes.Read();
        return new ReplayViewsTransformer(_options, [.. first.Select(r => new ImageSize(r.OutputWidth, r.OutputHeight))]);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        Dictionary<string, SchemaShape.Column> columns = inputSchema.ToDictionary(c => c.Name);
        foreach (string name in (string[])[_options.InputColumnName, _options.RecipeColumnName])
        {
            if (!columns.ContainsKey(name))
                throw ViewStep.Missing(name, columns.Keys);
        }

        if (columns[_options.InputColumnName].ItemType is not ImageDataViewType)
            throw ViewStep.WrongType(_options.InputColumnName, "an image (MLImage, for example from LoadImages)", columns[_options.InputColumnName].ItemType);
        foreach (string name in _options.OutputColumnNames)
            columns[name] = MlNetInternals.Column(name, SchemaShape.Column.VectorKind.Scalar, new ImageDataViewType());
        return new SchemaShape(columns.Values);
    }

    /// <summary>Options of <see cref="ReplayViewsEstimator"/>.</summary>
    public sealed class Options
    {
        /// <summary>Names of the view columns to add, in the order in which the recipes follow one another.</summary>
        /// <value>The default value is <c>View1</c>, <c>View2</c>.</value>
        public string[] OutputColumnNames { get; set; } = ["View1", "View2"];

        /// <summary>Name of the image column.</summary>
        /// <value>The default value is <c>Image</c>.</value>
        public string InputColumnName { get; set; } = "Image";

        /// <summary>Name of the column with the recipes.</summary>
        /// <value>The default value is <c>Recipes</c>.</value>
        public string RecipeColumnName { get; set; } = ViewRecipesEstimator.Options.DefaultOutputColumnName;
    }
}

/// <summary>Adds views that are made by recipes of a column: see <see cref="ReplayViewsEstimator"/>.</summary>
public sealed class ReplayViewsTransformer : ImageStepTransformer
{
    private readonly ReplayViewsEstimator.Options _options;
    private readonly ImageSize[] _sizes;

    internal ReplayViewsTransformer(ReplayViewsEstimator.Options options, ImageSize[] sizes) => (_options, _sizes) = (options, sizes);

    /// <summary>Throws when the columns are not there or not what is needed.</summary>
    /// <returns>The column of the recipes.</returns>
    internal static DataViewSchema.Column Check(DataViewSchema schema, ReplayViewsEstimator.Options options)
    {
        DataViewSchema.Column Find(string name) => schema.GetColumnOrNull(name) ?? throw ViewStep.Missing(name, schema.Where(c => !c.IsHidden).Select(c => c.Name));
        DataViewSchema.Column image = Find(options.InputColumnName), recipes = Find(options.RecipeColumnName);
        if (image.Type is not ImageDataViewType)
            throw ViewStep.WrongType(image.Name, "an image (MLImage, for example from LoadImages)", image.Type);
        int length = options.OutputColumnNames.Length * RecipeVector.Length;
        if (recipes.Type is not VectorDataViewType { ItemType: NumberDataViewType { RawType: var raw }, Size: var size } || raw != typeof(float) || (size != 0 && size != length))
        {
            throw ViewStep.WrongType(
                recipes.Name, $"a vector of {length} Single, {RecipeVector.Length} for each of {string.Join(", ", options.OutputColumnNames)} (as ViewRecipes makes it)", recipes.Type);
        }

        return recipes;
    }

    internal override ImageStepMapper Bind(DataViewSchema schema) => new ReplayMapper(schema, Check(schema, _options), _options, _sizes);

    private sealed class ReplayMapper : ImageStepMapper
    {
        private readonly DataViewSchema.Column _recipes;
        private readonly string[] _names;
        private readonly ImageSize[] _sizes;

        public ReplayMapper(DataViewSchema input, DataViewSchema.Column recipes, ReplayViewsEstimator.Options options, ImageSize[] sizes)
            : base(input, input[options.InputColumnName])
        {
            (_recipes, _names, _sizes) = (recipes, options.OutputColumnNames, sizes);
            var schema = new DataViewSchema.Builder();
            schema.AddColumns(input);
            for (int k = 0; k < _names.Length; k++)
                schema.AddColumn(_names[k], new ImageDataViewType(sizes[k].Height, sizes[k].Width));
            OutputSchema = schema.ToSchema();
        }

        public override DataViewSchema OutputSchema { get; }

        protected override IEnumerable<DataViewSchema.Column> Needed => [_recipes];

        public override ImageStepGetters Open(DataViewRow row, IEnumerable<DataViewSchema.Column> active) =>
            new ViewGetters(this, row, active, new StoredRecipes(row, _recipes, _sizes, _names), column => column.Index - InputSchema.Count);
    }
}
