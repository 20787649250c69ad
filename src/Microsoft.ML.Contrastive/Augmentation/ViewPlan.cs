using System.Collections.Immutable;
using System.Text;

namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>One step of a plan and the views that it is for.</summary>
/// <param name="Step">The step.</param>
/// <param name="Views">Indices of the views, ascending.</param>
public sealed record PlannedStep(AugmentationStep Step, ImmutableArray<int> Views);

/// <summary>
/// How the N views of a row are made: named views, a seed, and steps that draw their parameters. Immutable; the same plan serves lazy
/// columns, previews and training, so what is previewed is what trains.
/// </summary>
public sealed class ViewPlan
{
    private readonly ulong[] _viewKeys;
    private readonly uint[] _purposes;
    private readonly int[][] _targets;

    private ViewPlan(ulong seed, ImmutableArray<string> viewNames, ImmutableArray<PlannedStep> steps)
    {
        Seed = seed;
        ViewNames = viewNames;
        Steps = steps;
        _viewKeys = [.. viewNames.Select(ViewKey)];
        _purposes = [.. steps.Select(s => (uint)Fnv1a(s.Step.RandomName))];
        _targets = [.. steps.Select(s => s.Views.ToArray())];
    }

    /// <summary>The seed of all random numbers of the plan.</summary>
    public ulong Seed { get; }

    /// <summary>Names of the views: the columns that the plan was made for. They key the random numbers.</summary>
    public ImmutableArray<string> ViewNames { get; }

    /// <summary>The steps in the order in which they were appended.</summary>
    public ImmutableArray<PlannedStep> Steps { get; }

    /// <summary>The boxes that the trainer is to make for the plan's crops.</summary>
    internal HeatMapBoxes? HeatMaps => Steps.Select(s => (s.Step as CropStep)?.BoxesNeeded).FirstOrDefault(boxes => boxes is not null);

    /// <summary>Starts a plan.</summary>
    /// <param name="seed">Seed of all random numbers.</param>
    /// <param name="viewNames">Names of the views, at least one, all different.</param>
    /// <exception cref="ArgumentException">No view, or a name that is empty or occurs twice.</exception>
    public static ViewPlan Create(ulong seed, IEnumerable<string> viewNames)
    {
        ArgumentNullException.ThrowIfNull(viewNames);
        ImmutableArray<string> names = [.. viewNames];
        if (names.IsEmpty)
            throw new ArgumentException("A view plan needs the name of at least one view.", nameof(viewNames));
        if (names.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException("The name of a view must not be empty.", nameof(viewNames));
        if (names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"The view '{twice.Key}' is named {twice.Count()} times; each view needs a name of its own.", nameof(viewNames));
        return new ViewPlan(seed, names, []);
    }

    /// <summary>Returns a plan with one more step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="viewNames">The views that it is for; all of them when omitted.</param>
    /// <exception cref="ArgumentException">
    /// An unknown view, too few views for the step, settings that contradict one another, a first step that does not crop, or a step that the renderer would apply before one
    /// that is already in the plan for the same view (the order is fixed: see <see cref="RecipeStage"/>; the flip commutes with all others
    /// and may stand anywhere after the crop).
    /// </exception>
    public ViewPlan Append(AugmentationStep step, IEnumerable<string>? viewNames = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        int[] views = [.. (viewNames ?? ViewNames).Select(IndexOf).Distinct().Order()];
        if (views.Length < step.MinimumViews)
            throw new ArgumentException($"{step.GetType().Name} needs at least {step.MinimumViews} views; it was given {views.Length}.", nameof(viewNames));
        foreach (int view in views)
            CheckOrder(step, view);
        step.Validate(views.Length);
        if (HeatMaps is { } boxes && step is CropStep { BoxesNeeded: { } others } && boxes != others)
            throw new ArgumentException($"{step.GetType().Name} has HeatMaps {others}, a crop before it {boxes}; an image has one box, so all must be equal.");
        return new ViewPlan(Seed, ViewNames, Steps.Add(new PlannedStep(step, [.. views])));
    }

    /// <summary>Draws the recipes of all views of one row.</summary>
    /// <param name="key">Seed, epoch and row. The seed is usually <see cref="Seed"/>; see <see cref="KeyOf"/>.</param>
    /// <param name="image">Size of the source image.</param>
    /// <param name="recipes">Receives one recipe a view, in the order of <see cref="ViewNames"/>.</param>
    /// <param name="region">The image's box, for crops with <see cref="HeatMapBoxes"/>; <see langword="null"/> while there is none.</param>
    public void Sample(in RowKey key, ImageSize image, Span<ViewRecipe> recipes, ImageRegion? region = null)
    {
        if (recipes.Length != ViewNames.Length)
            throw new ArgumentException($"The plan has {ViewNames.Length} views; the span has room for {recipes.Length}.", nameof(recipes));
        recipes.Clear();
        for (int i = 0; i < _targets.Length; i++)
            Steps[i].Step.Sample(new StepContext(key, image, _purposes[i], _viewKeys, region), recipes, _targets[i]);
    }

    /// <summary>The key of a row under this plan's seed.</summary>
    /// <param name="epoch">The pass over the data, from 0.</param>
    /// <param name="rowLow">Lower half of the row's identifier.</param>
    /// <param name="rowHigh">Upper half of the row's identifier.</param>
    public RowKey KeyOf(long epoch, ulong rowLow, ulong rowHigh = 0) => new(Seed, epoch, rowLow, rowHigh);

    /// <summary>Size of a view in pixels.</summary>
    /// <param name="view">Index of the view.</param>
    /// <exception cref="InvalidOperationException">The plan has no crop for the view yet.</exception>
    public ImageSize OutputSize(int view) =>
        Steps.Where(s => s.Views.Contains(view)).Select(s => s.Step).OfType<CropStep>().FirstOrDefault()?.OutputSize
        ?? throw new InvalidOperationException($"The plan has no crop for the view '{ViewNames[view]}'.");

    /// <summary>Identifies a view to the random numbers: a hash of its name, so that groups of views made by different plans stay independent.</summary>
    /// <param name="viewName">Name of the view.</param>
    public static ulong ViewKey(string viewName) => Fnv1a(viewName);

    /// <summary>The plan in full: seed, views and every step with every value.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(System.Globalization.CultureInfo.InvariantCulture, $"seed {Seed}, views {string.Join(", ", ViewNames)}");
        foreach (PlannedStep planned in Steps)
        {
            text.Append("\n  ").Append(planned.Step);
            if (planned.Views.Length < ViewNames.Length)
                text.Append(" for ").AppendJoin(", ", planned.Views.Select(v => ViewNames[v]));
        }

        return text.ToString();
    }

    private int IndexOf(string name) => ViewNames.IndexOf(name) is var index and >= 0
        ? index
        : throw new ArgumentException($"The plan has no view '{name}'; its views are {string.Join(", ", ViewNames)}.", nameof(name));

    private void CheckOrder(AugmentationStep step, int view)
    {
        RecipeStage[] stages = [.. Steps.Where(s => s.Views.Contains(view)).Select(s => s.Step.Stage)];
        string name = step.GetType().Name;
        if (stages.Length == 0 && step.Stage != RecipeStage.Crop)
            throw new ArgumentException($"{name} on view '{ViewNames[view]}': the first step must be a crop, which gives the view its size.");
        if (stages.Contains(step.Stage))
            throw new ArgumentException($"{name} on view '{ViewNames[view]}': the plan already has a step for {step.Stage}; a view has at most one of each.");
        if (step.Stage != RecipeStage.Flip && stages.Where(s => s != RecipeStage.Flip && s > step.Stage).ToArray() is [var later, ..])
            throw new ArgumentException(
                $"{name} on view '{ViewNames[view]}' comes after a step for {later}, but the renderer applies {step.Stage} first. Append the steps in the order "
                    + $"{string.Join(", ", Enum.GetNames<RecipeStage>())}.");
    }

    /// <summary>FNV-1a, 64 bits, over UTF-8: stable across processes, unlike <see cref="string.GetHashCode()"/>.</summary>
    private static ulong Fnv1a(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }
}
