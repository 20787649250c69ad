using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Training;
using Spectre.Console;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>A table of the last epochs and bars of how far training has come, drawn anew in place.</summary>
internal sealed class LiveDisplay(IAnsiConsole terminal, CancellationToken cancellation) : TrainingDisplay
{
    private const int ShownEpochs = 10, BarWidth = 30;

    private static readonly TimeSpan BetweenDrawings = TimeSpan.FromMilliseconds(200);

    private readonly RemainingTime _remaining = new();
    private readonly List<EpochMetrics> _epochs = [];
    private LiveDisplayContext? _live;
    private StepMetrics _step;
    private TimeSpan? _left;
    private long _drawn;

    /// <inheritdoc/>
    public override T Around<T>(Func<T> train) => terminal.Live(new Text("Reading images …")).AutoClear(false).Start(live =>
    {
        _live = live;
        live.Refresh();
        try
        {
            return train();
        }
        finally
        {
            _live = null;
        }
    });

    /// <inheritdoc/>
    public override void Step(StepMetrics step)
    {
        (_step, _left) = (step, _remaining.After(step));
        if (Stopwatch.GetElapsedTime(_drawn) >= BetweenDrawings)
            Draw();
    }

    /// <inheritdoc/>
    public override void Epoch(EpochMetrics epoch)
    {
        _epochs.Add(epoch);
        Draw();
    }

    /// <inheritdoc/>
    public override void Note(string text) => terminal.Write(new LineOverBars(text));

    private void Draw()
    {
        _drawn = Stopwatch.GetTimestamp();
        _live?.UpdateTarget(new Rows(Epochs(), Bars()));
    }

    private Table Epochs()
    {
        bool knn = _epochs.Exists(epoch => epoch.KnnAccuracy is not null);
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in (string[])["epoch", "loss", "images/s", "waiting", .. knn ? ["kNN"] : Array.Empty<string>(), "spread", "rank"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (EpochMetrics epoch in _epochs.TakeLast(ShownEpochs))
        {
            table.AddRow([
                Invariant($"{epoch.Epoch}"), Invariant($"{epoch.Loss:0.0000}"), Invariant($"{epoch.ImagesPerSecond:0}"), Invariant($"{epoch.WaitingForData:0%}"),
                .. knn ? [Invariant($"{epoch.KnnAccuracy:0.0%}")] : Array.Empty<string>(), Invariant($"{epoch.FeatureSpread:0.00}"), Invariant($"{epoch.EffectiveRank:0.0}")]);
        }

        return table;
    }

    private Rows Bars()
    {
        double inEpoch = _step.StepsPerEpoch == 0 ? 0 : Math.Min(1, (double)_step.StepInEpoch / _step.StepsPerEpoch);
        double all = _step.Epochs == 0 ? 0 : (_step.Epoch - 1 + inEpoch) / _step.Epochs;
        return new Rows(
            Bar("epoch", inEpoch, Invariant($"{_step.StepInEpoch}/{_step.StepsPerEpoch} steps  loss {_step.Loss:0.0000}{(_left is null ? "" : $"  {_remaining.ImagesPerSecond:0} images/s")}")),
            Bar("all", all, Invariant($"{_step.Epoch}/{_step.Epochs} epochs{(_left is { } left ? $"  {Duration(left)} to go" : "")}")),
            cancellation.IsCancellationRequested ? new Markup(Interruption.Answer) : Text.Empty);
    }

    private static Markup Bar(string name, double share, string text)
    {
        int full = (int)Math.Round(share * BarWidth);
        return new Markup($"{name,6} [green]{new string('━', full)}[/][grey]{new string('━', BarWidth - full)}[/] {text.EscapeMarkup()}");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
