using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>
/// One plan for several view columns. Columns of one row can carry different plans: a step on some of the views extends only theirs, and global
/// and local crops of an image come from two crop steps. As random numbers are keyed by the names of views and steps and not by their place in a
/// plan, the merged plan gives each column exactly the views that its own plan gives.
/// </summary>
internal static class ViewPlanMerge
{
    /// <summary>Merges the plans of view columns.</summary>
    /// <param name="columns">What the columns say about themselves; at least one.</param>
    /// <param name="plan">A plan for all of them.</param>
    /// <param name="views">For each column the index of its view in the merged plan.</param>
    /// <param name="obstacle">Why there is none: part of a sentence.</param>
    public static bool TryMerge(IReadOnlyList<ViewColumnPlan> columns, out ViewPlan plan, out int[] views, out string obstacle)
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

        plan = ViewPlan.Create(seed, names);
        foreach (NamedStep step in steps)
            plan = plan.Append(step.Step, step.Views);

        List<NamedStep> merged = StepsOf(plan);
        if (columns.FirstOrDefault(c => !Touching(merged, c.ViewName).SequenceEqual(Touching(StepsOf(c.Plan), c.ViewName))) is { } lost)
        {
            obstacle = $"a step for several views was applied to '{lost.ViewName}' together with views other than these";
            return false;
        }

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

    private static IEnumerable<NamedStep> Touching(List<NamedStep> steps, string view) => steps.Where(s => s.Views.Contains(view));

    private static List<NamedStep> StepsOf(ViewPlan plan) => [.. plan.Steps.Select(s => new NamedStep(s.Step, [.. s.Views.Select(v => plan.ViewNames[v])]))];

    /// <summary>A step and the names of its views. Equal by value: two fits of one pipeline make equal steps.</summary>
    private sealed record NamedStep(AugmentationStep Step, string[] Views)
    {
        public bool Equals(NamedStep? other) => other is not null && Step.Equals(other.Step) && Views.SequenceEqual(other.Views);

        public override int GetHashCode() => Step.GetHashCode();
    }
}
