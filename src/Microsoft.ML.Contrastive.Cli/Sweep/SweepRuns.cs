using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>Makes the runs of a plan that a file does not hold yet, one after the other.</summary>
internal static class SweepRuns
{
    /// <summary>Makes the runs. Seeds are the outermost loop, so that a sweep that is stopped early has compared all arms on the seeds that it has done.</summary>
    /// <param name="plan">What to measure.</param>
    /// <param name="file">Where it goes; a run is in it as soon as it is done.</param>
    /// <param name="output">Hears of each run.</param>
    /// <param name="cancellation">Ends the sweep; the run that was under way is not in the file.</param>
    /// <exception cref="ArgumentException">Settings that do not exist or contradict one another.</exception>
    /// <exception cref="InvalidDataException">A data set's folder is not as it must be.</exception>
    /// <exception cref="InvalidOperationException">Runs in the file could not be compared with the planned ones, or an image cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The sweep was ended.</exception>
    public static void Execute(SweepPlan plan, SweepFile file, TextWriter output, CancellationToken cancellation)
    {
        plan.Validate();
        ClassFolders[] sets = [.. plan.Data.Select(data => ClassFolders.Read(data.Name, data.Folder, plan.Images, plan.Queries))];
        (PlannedRun Run, ClassFolders Data)[] all = [.. from seed in plan.Seeds from data in sets from run in plan.Runs(data.Name, seed) select (run, data)];
        foreach ((PlannedRun run, ClassFolders data) in all)
        {
            file.Check(MeasuredRun.Facts(run, data));
            if (run.Preset.BatchSize > data.Train.Length)
                throw new ArgumentException(
                    $"The batch size of {run.Key.Method} is {run.Preset.BatchSize}, but {data.Name} has {data.Train.Length} training images; lower --batch-size, or raise --images.");
        }

        (PlannedRun Run, ClassFolders Data)[] missing = [.. all.Where(planned => !file.Contains(planned.Run.Key))];
        foreach (ClassFolders data in missing.Select(planned => planned.Data).Distinct())
            data.RequireReadableTest(cancellation);
        if (missing.Length > 0)
            plan.Device.ApplyTo(new MLContext());
        foreach (ClassFolders data in sets)
            output.WriteLine($"{data.Name}: {data.Train.Length} training images, {data.Test.Length} test images, {data.Classes.Length} classes");
        output.WriteLine(FrozenEvaluation.Protocol);
        output.WriteLine($"{all.Length} runs, {all.Length - missing.Length} of them done already");

        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < missing.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            (SweepRow row, RunFacts facts) = MeasuredRun.Execute(missing[i].Run, missing[i].Data, plan.Device, cancellation);
            file.Add(row, facts);
            TimeSpan left = Stopwatch.GetElapsedTime(start) / (i + 1) * (missing.Length - i - 1);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{i + 1}/{missing.Length} {row.Key}: "
                    + $"{facts.Failure ?? $"kNN {row.Knn:P2}, linear {row.Linear:P2}{(facts.Loss is { } loss ? string.Create(CultureInfo.InvariantCulture, $", loss {loss:F4}") : "")}"}"
                    + $"; {facts.TrainingSeconds:F1} + {facts.EvaluationSeconds:F1} s, {left:h\\:mm\\:ss} left"));
        }
    }
}
