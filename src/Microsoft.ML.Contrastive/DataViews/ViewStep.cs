using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Seams;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// One augmentation step of a pipeline: what to draw and which columns it is for. It knows no data; binding it to a schema gives a
/// <see cref="ViewMapper"/>.
/// </summary>
internal abstract class ViewStep
{
    /// <summary>Checks the names; the step itself has been checked by its own constructor.</summary>
    protected ViewStep(AugmentationStep step, IReadOnlyList<string> columnNames, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(step);
        CheckNames(columnNames, parameterName);
        if (columnNames.Count < step.MinimumViews)
            throw new ArgumentException($"{step.GetType().Name} needs at least {step.MinimumViews} view columns; it was given {columnNames.Count}.", parameterName);
        step.Validate(columnNames.Count);
        Step = step;
        ColumnNames = [.. columnNames];
    }

    /// <summary>What the step draws.</summary>
    public AugmentationStep Step { get; }

    /// <summary>The view columns that the step makes.</summary>
    public ImmutableArray<string> ColumnNames { get; }

    /// <summary>Finds the columns that the step needs and says what it makes of them.</summary>
    /// <exception cref="ArgumentException">A column is missing, or is not what the step needs.</exception>
    public abstract ViewMapper Bind(DataViewSchema schema);

    /// <summary>The same before there is data.</summary>
    /// <exception cref="ArgumentException">A column is missing, or is not what the step needs.</exception>
    public abstract SchemaShape Propagate(SchemaShape shape);

    /// <summary>Throws unless there is at least one name, and all are different.</summary>
    public static void CheckNames(IReadOnlyList<string> columnNames, string parameterName)
    {
        ArgumentNullException.ThrowIfNull(columnNames, parameterName);
        if (columnNames.Count == 0)
            throw new ArgumentException("Name at least one view column.", parameterName);
        if (columnNames.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("The name of a view column must not be empty.", parameterName);
        if (columnNames.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"The view column '{twice.Key}' is named {twice.Count()} times; name each once.", parameterName);
    }

    /// <summary>The error for a column that is not there.</summary>
    public static ArgumentException Missing(string name, IEnumerable<string> present) =>
        new($"There is no column '{name}'. The columns here are {string.Join(", ", present.Distinct())}.");

    /// <summary>The error for a column of another type.</summary>
    public static ArgumentException WrongType(string name, string expected, object got) =>
        new($"The column '{name}': expected {expected}, got {got}.");

    /// <summary>The shape of a view column.</summary>
    protected static SchemaShape.Column ViewShape(string name, DataViewType size) => MlNetInternals.Column(
        name, SchemaShape.Column.VectorKind.Scalar, size, annotations: new SchemaShape([AnnotationShape<ViewColumnPlan>(ViewPlanAnnotation.PlanKind)]));

    /// <summary>The shape of an annotation.</summary>
    protected static SchemaShape.Column AnnotationShape<T>(string kind)
        where T : class =>
        MlNetInternals.Column(kind, SchemaShape.Column.VectorKind.Scalar, AnnotationDataViewType<T>.Instance);
}

/// <summary>A crop: starts a plan. It makes views out of an image column.</summary>
internal sealed class CropViewStep : ViewStep
{
    private readonly CropStep _crop;
    private readonly ulong? _seed;
    private readonly ulong _fallbackSeed;

    /// <summary>Checks the names of the columns.</summary>
    /// <param name="crop">The crop.</param>
    /// <param name="outputColumnNames">Names of the views.</param>
    /// <param name="inputColumnName">Name of the image column.</param>
    /// <param name="seed">Seed of the views. When null: that of other views of the same image column; failing that the context's; failing that one is drawn.</param>
    /// <param name="contextSeed">Seed of the context, when it has one.</param>
    public CropViewStep(CropStep crop, IReadOnlyList<string> outputColumnNames, string inputColumnName, int? seed, int? contextSeed)
        : base(crop, outputColumnNames, nameof(outputColumnNames))
    {
        if (string.IsNullOrWhiteSpace(inputColumnName))
            throw new ArgumentException("The name of the image column must not be empty.", nameof(inputColumnName));
        _crop = crop;
        _seed = (uint?)seed;
        if (seed is null && contextSeed is null)
            DrawnSeed = RandomNumberGenerator.GetInt32(int.MaxValue);
        _fallbackSeed = (uint)(contextSeed ?? DrawnSeed ?? 0);
        InputColumnName = inputColumnName;
    }

    /// <summary>The seed that was drawn because none was given.</summary>
    public int? DrawnSeed { get; }

    /// <summary>Name of the image column.</summary>
    public string InputColumnName { get; }

    private ImageDataViewType ViewType => new(_crop.OutputSize.Height, _crop.OutputSize.Width);

    /// <inheritdoc/>
    public override ViewMapper Bind(DataViewSchema schema)
    {
        DataViewSchema.Column image = schema.GetColumnOrNull(InputColumnName) ?? throw Missing(InputColumnName, schema.Select(c => c.Name));
        if (image.Type is not ImageDataViewType)
            throw WrongType(InputColumnName, "an image (MLImage, for example from LoadImages)", image.Type);

        ViewSource? known = ViewPlanAnnotation.SourceOf(image);
        ViewSource source = known ?? new ViewSource(InputColumnName, _seed ?? _fallbackSeed);
        ViewPlan plan = ViewPlan.Create(_seed ?? source.Seed, ColumnNames).Append(Step);
        return new ViewMapper(schema, image, source, plan, [.. ColumnNames.Select((name, view) => new ViewColumn(name, view, ViewType))]);
    }

    /// <inheritdoc/>
    public override SchemaShape Propagate(SchemaShape shape)
    {
        Dictionary<string, SchemaShape.Column> columns = shape.ToDictionary(c => c.Name);
        if (!columns.TryGetValue(InputColumnName, out SchemaShape.Column image))
            throw Missing(InputColumnName, columns.Keys);
        if (image.ItemType is not ImageDataViewType || image.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw WrongType(InputColumnName, "an image (MLImage, for example from LoadImages)", image.ItemType);

        var annotations = new SchemaShape([
            .. image.Annotations.Where(a => a.Name != ViewPlanAnnotation.SourceKind), AnnotationShape<ViewSource>(ViewPlanAnnotation.SourceKind)]);
        columns[InputColumnName] = MlNetInternals.Column(InputColumnName, image.Kind, image.ItemType, image.IsKey, annotations);
        foreach (string name in ColumnNames)
            columns[name] = ViewShape(name, ViewType);
        return new SchemaShape(columns.Values);
    }
}

/// <summary>Any later step: extends the plan that view columns carry. Its columns replace those of the same names and are rendered anew from the source.</summary>
internal sealed class ExtendingViewStep : ViewStep
{
    private const string Expected = "a view (a column made by a crop step such as JointCrop or RandomResizedCrop, which comes first)";

    /// <summary>Checks the names, and that the step is no crop: a crop would need the image column.</summary>
    public ExtendingViewStep(AugmentationStep step, IReadOnlyList<string> viewColumnNames)
        : base(step, viewColumnNames, nameof(viewColumnNames))
    {
        if (step.Stage == RecipeStage.Crop)
            throw new ArgumentException($"{step.GetType().Name} is a crop, which makes views out of an image column. Use CropViews, or the crop's own method.", nameof(step));
    }

    /// <inheritdoc/>
    public override ViewMapper Bind(DataViewSchema schema)
    {
        DataViewSchema.Column[] columns = [.. ColumnNames.Select(name => schema.GetColumnOrNull(name) ?? throw Missing(name, schema.Select(c => c.Name)))];
        ViewColumnPlan[] plans = [.. columns.Select(c => ViewPlanAnnotation.TryGet(c, out ViewColumnPlan? p) ? p : throw WrongType(c.Name, Expected, c.Type))];
        if (!ViewPlanMerge.TryMerge(plans, out ViewPlan plan, out int[] views, out string obstacle))
        {
            throw new ArgumentException(
                $"{Step.GetType().Name} cannot act on {string.Join(", ", ColumnNames)} together: {obstacle}. Views that one step is for need the same source column and seed; "
                    + "apply the step to each group on its own.");
        }

        if (Step.MinimumViews > 1 && !views.SequenceEqual(views.Order()))
        {
            // Joint steps tell the first view of a pair from the second, by their order in the plan.
            throw new ArgumentException(
                $"{Step.GetType().Name}: list the view columns in the order in which they were made: {string.Join(", ", ColumnNames.Zip(views).OrderBy(c => c.Second).Select(c => c.First))}.");
        }

        ViewSource source = plans[0].Source;
        DataViewSchema.Column image = ViewPlanAnnotation.FindSource(schema, source) ?? throw new InvalidOperationException(
            $"{Step.GetType().Name} renders {string.Join(", ", ColumnNames)} from the image column '{source.Name}', which is no longer there. Keep that column until after "
                + "the last augmentation step.");
        plan = plan.Append(Step, views.Distinct().Select(v => plan.ViewNames[v]));
        return new ViewMapper(schema, image, source, plan, [.. columns.Zip(views, (c, view) => new ViewColumn(c.Name, view, (ImageDataViewType)c.Type))]);
    }

    /// <inheritdoc/>
    public override SchemaShape Propagate(SchemaShape shape)
    {
        Dictionary<string, SchemaShape.Column> columns = shape.ToDictionary(c => c.Name);
        foreach (string name in ColumnNames)
        {
            if (!columns.TryGetValue(name, out SchemaShape.Column view))
                throw Missing(name, columns.Keys);
            if (!view.Annotations.Any(a => a.Name == ViewPlanAnnotation.PlanKind))
                throw WrongType(name, Expected, view.ItemType);
            columns[name] = ViewShape(name, view.ItemType);
        }

        return new SchemaShape(columns.Values);
    }
}
