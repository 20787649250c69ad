using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.DataViews;
using Microsoft.ML.Contrastive.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training.Checkpoints;

/// <summary>
/// The resolved configuration of a run and a fingerprint of its data, by option: what must be equal for one run to go on where another
/// stopped. What does not change the weights (threads, monitoring, how often checkpoints are taken) is not in it.
/// </summary>
internal static class Fingerprint
{
    /// <summary>Images whose pixels tell the data apart where not all are in memory.</summary>
    private const int SampledImages = 16;

    /// <summary>How deep descriptions are followed; a description that refers to itself ends here.</summary>
    private const int Depth = 8;

    public static SortedDictionary<string, string> Of(
        TrainingOptions options, TrainingTask task, int seed, ImageSize imageSize, DataViewSchema.Column[] views, IViewSource source, string data)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Backbone"] = options.Backbone.Name,
            ["Data.Content"] = data,
            ["Data.Images"] = Text(source.RowCount),
            ["Data.Path"] = source is StoredViewSource ? "rendered" : "cursors",
        };
        Add(values, nameof(options.InitialEncoder), options.InitialEncoder is { } encoder ? OfWeights(encoder.Network.Backbone) : null);
        Add(values, nameof(options.Seed), seed);
        Add(values, nameof(options.ImageSize), imageSize);
        Add(values, nameof(options.StoredShorterSide), options.StoredShorterSide);
        Add(values, nameof(options.Epochs), options.Epochs);
        Add(values, nameof(options.BatchSize), options.BatchSize);
        Add(values, nameof(options.GradientAccumulationSteps), options.GradientAccumulationSteps);
        Add(values, nameof(options.Precision), options.Precision);
        Add(values, nameof(options.MemoryFormat), options.MemoryFormat);
        Add(values, nameof(options.BestEpochMetric), options.BestEpochMetric);
        Add(values, nameof(options.Normalization), options.Normalization);
        Add(values, nameof(task.Method), task.Method);
        Add(values, nameof(task.OnlineProbe), task.OnlineProbe);
        Add(values, nameof(options.Optimizer), options.Optimizer);
        Add(values, nameof(options.LearningRateSchedule), options.LearningRateSchedule);
        AddViews(values, views);
        return values;
    }

    /// <summary>A hash of the rows and their images.</summary>
    public static string OfData(IViewSource source, IDataView data, EncoderInput input, CancellationToken cancellation)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        source.AddTo(hash);
        source.Labels?.AddTo(hash);
        if (source is not StoredViewSource)
            MonitoredSample.Read(data, input, null, [], SampledImages, cancellation).AddTo(hash);
        return Text(hash);
    }

    /// <summary>A hash of a network's weights and statistics.</summary>
    public static string OfWeights(nn.Module network)
    {
        using var noGradients = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor tensor) in network.state_dict().OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(tensor.cpu().contiguous().bytes);
        }

        return Text(hash);
    }

    /// <summary>One line for each option that differs: its name, the saved value → the current one.</summary>
    public static List<string> Differences(SortedDictionary<string, string> saved, SortedDictionary<string, string> current) =>
    [
        .. from option in saved.Keys.Union(current.Keys).Order(StringComparer.Ordinal)
           let before = saved.GetValueOrDefault(option, "nothing")
           let now = current.GetValueOrDefault(option, "nothing")
           where before != now
           select $"{option}: {before} → {now}",
    ];

    /// <summary>How each view is made: its plan where it has one, else its type.</summary>
    private static void AddViews(SortedDictionary<string, string> values, DataViewSchema.Column[] views)
    {
        var plans = new List<ViewPlan>();
        foreach ((int index, DataViewSchema.Column view) in views.Index())
        {
            if (!ViewPlanAnnotation.TryGet(view, out ViewColumnPlan? column))
            {
                values[$"View{index + 1}"] = Text(view.Type);
                continue;
            }

            int plan = plans.IndexOf(column.Plan);
            if (plan < 0)
            {
                plan = plans.Count;
                plans.Add(column.Plan);
                Add(values, $"Plan{plan + 1}", column.Plan);
            }

            values[$"View{index + 1}"] = $"{column.ViewName} of plan {plan + 1}";
        }
    }

    /// <summary>Writes out a description: its type's name, and below it every public property.</summary>
    private static void Add(SortedDictionary<string, string> values, string name, object? value, int depth = 0)
    {
        switch (value)
        {
            case IEnumerable items when value is not string:
                foreach ((int index, object? item) in items.Cast<object?>().Index())
                    Add(values, $"{name}[{index}]", item, depth + 1);
                break;
            case ITuple tuple:
                values[name] = string.Join(", ", Enumerable.Range(0, tuple.Length).Select(i => Text(tuple[i])));
                break;
            case not null when depth < Depth && value.GetType() is { IsClass: true } type && IsDescription(type):
                values[name] = type.Name;
                foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0))
                    Add(values, $"{name}.{property.Name}", property.GetValue(value), depth + 1);
                break;
            default:
                values[name] = Text(value);
                break;
        }
    }

    /// <summary>Descriptions are ours, or records that others have derived from ours (a joint law of their own).</summary>
    private static bool IsDescription(Type type) =>
        type.Assembly == typeof(Fingerprint).Assembly || (type.BaseType is { } parent && parent.Assembly == typeof(Fingerprint).Assembly);

    private static string Text(IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));

    /// <summary>The same in every culture; numbers to their last digit.</summary>
    private static string Text(object? value) => value switch
    {
        null => "none",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "none",
    };
}
