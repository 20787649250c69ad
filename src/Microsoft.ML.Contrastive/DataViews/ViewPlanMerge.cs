using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// One plan for several view columns. Columns of one row can carry different plans: a step on some of the views extends only theirs, and global
/// and local crops of an image come from two crop steps. As random numbers are keyed by the names of views and steps and not by their place in a
/// plan, the merged plan gives each column exactly the views that its own plan gives.
/// </summary>
internal static class ViewPlanMerge
{
    /// <summary>The plan of view columns and the column that they are made from: what a trainer needs to make the views itself.</summary>
    /// <param name="schema">Schema with the columns.</param>
    /// <param name="viewColumnNames">Names of the columns; all present.</param>
    /// <param name="plan">A plan for all of them.</param>
    /// <param name="views">For each column the index of its view in the plan.</param>
    /// <param name="image">The image column.</param>
    /// <param name="obstacle">Why there is no plan, so that the columns have to be read as they are: part of a sentence.</param>
    public static bool TryFind(
        DataViewSchema schema, IReadOnlyList<string> viewColumnNames, [NotNullWhen(true)] out ViewPlan? plan, out int[] views, out DataViewSchema.Column image, out string obstacle)
    {
        (plan, views, image) = (null, [], default);
        var columns = new List<ViewColumnPlan>();
        foreach (string name in viewColumnNames)
        {
            if (!ViewPlanAnnotation.TryGet(schema[name], out ViewColumnPlan? column))
            {
                obstacle = $"'{name}' carries no view plan";
                return false;
            }

            columns.Add(column);
        }

        if (!TryMerge(columns, out plan, out views, out obstacle))
            return false;
        if (ViewPlanAnnotation.FindSource(schema, columns[0].Source) is { } found)
            image = found;
        else
            obstacle = $"the image column '{columns[0].Source.Name}', which the views are made from, is no longer there";
        return obstacle.Length == 0;
    }

    /// <summary>Merges the plans of view columns.</summary>
    /// <param name="columns">What the columns say about themselves; at least one.</param>
    /// <param name="plan">A plan for all of them.</param>
    /// <param name="views">For each column the index of its view in the merged plan.</param>
    /// <param name="obstacle">Why there is none: part of a sentence.</param>
    public static bool TryMerge(IReadOnlyList<ViewColumnPlan> columns, [NotNull] out ViewPlan? plan, out int[] views, out string obstacle)
    {
        ulong seed = columns[0].Plan.Seed;
        (plan, views, obstacle) = (columns[0].Plan, [], "");
        if (columns.FirstOrDefault(c => !ReferenceEquals(c.Source, columns[0].Source)) is { } foreign)
            obstacle = $"'{columns[0].ViewName}' is made from the column '{columns[0].Source.Name}' and '{foreign.ViewName}' from another column, '{foreign.Source.Name}'";
        else if (columns.FirstOrDefault(c => c.Plan.Seed != seed) is { } other)
            obstacle = $"'{columns[0].ViewName}' has the seed {seed} and '{other.ViewName}' the seed {other.Plan.Seed}";
        if (obstacle.Length > 0)
            return false;

        List<string> names = [];
        List<NamedStep> steps = [];
        foreach (ViewPlan part in columns.Select(c => c.Plan).Distinct())
        {
            Weave(names, part.ViewNames);
            Weave(steps, StepsOf(part));
        }

        // Before building, because steps that exclude one another cannot be in one plan; after it, because a plan puts the views of a step in order.
        if (Keeps(steps, columns, out obstacle))
        {
            plan = ViewPlan.Create(seed, names);
            foreach (NamedStep step in Needed(steps, columns))
                plan = plan.Append(step.Step, step.Views);
        }

        if (obstacle.Length > 0 || !Keeps(StepsOf(plan), columns, out obstacle))
            return false;

        views = [.. columns.Select(c => names.IndexOf(c.ViewName))];
        return true;
    }

    /// <summary>Adds what is missing, each item behind the one that it follows in <paramref name="items"/>, so that the order of both is kept.</summary>
    private static void Weave<T>(List<T> woven, IEnumerable<T> items)
    {
        int place = 0;
        foreach (T item in items)
        {
            int found = woven.IndexOf(item);
            if (found < 0)
                woven.Insert(found = place, item);
            place = found + 1;
        }
    }

    /// <summary>The steps for the columns' views, and the crops of further views that one of these steps is for as well (local crops that are flipped together with global ones).</summary>
    private static IEnumerable<NamedStep> Needed(List<NamedStep> steps, IReadOnlyList<ViewColumnPlan> columns)
    {
        List<NamedStep> touching = [.. steps.Where(s => columns.Any(c => s.Views.Contains(c.ViewName)))];
        HashSet<string> views = [.. touching.SelectMany(s => s.Views)];
        return steps.Where(s => touching.Contains(s) || (s.Step.Stage == RecipeStage.Crop && views.Overlaps(s.Views)));
    }

    /// <summary>Whether each column's view gets from the steps exactly what its own plan gives it.</summary>
    private static bool Keeps(List<NamedStep> steps, IReadOnlyList<ViewColumnPlan> columns, out string obstacle)
    {
        ViewColumnPlan? lost = columns.FirstOrDefault(c => !Touching(steps, c.ViewName).SequenceEqual(Touching(StepsOf(c.Plan), c.ViewName)));
        bool excluding = steps.SelectMany(s => s.Views.Select(v => (v, s.Step.Stage))).GroupBy(s => s).Any(g => g.Count() > 1);
        obstacle = lost is not null ? $"a step for several views was applied to '{lost.ViewName}' together with views other than these"
            : excluding ? "different steps of one kind were applied to copies of a view"
            : "";
        return obstacle.Length == 0;
    }

    private static IEnumerable<NamedStep> Touching(List<NamedStep> steps, string view) => steps.Where(s => s.Views.Contains(view));

    private static List<NamedStep> StepsOf(ViewPlan plan) => [.. plan.Steps.Select(s => new NamedStep(s.Step, [.. s.Views.Select(v => plan.ViewNames[v])]))];

    /// <summary>A step and the names of its views. Equal by value: two fits of one pipeline make equal steps.</summary>
    private sealed record NamedStep(AugmentationStep Step, string[] Views)
    {
        public bool Equals(NamedStep? other) => other is not null && Step.Equals(other.Step) && Views.SequenceEqual(other.Views);

        public override int GetHashCode() => Step.GetHashCode();
    }
}
