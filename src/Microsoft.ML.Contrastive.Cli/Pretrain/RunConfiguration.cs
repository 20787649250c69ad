using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.Contrastive.Cli.Verbs;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>
/// All settings of a run as a tree of keys: those of <see cref="RunSettings"/> and of the preset, side by side. It begins complete, is changed key by key (a
/// configuration file, options, <c>--set</c>), and is then read as the records again, which check their ranges.
/// </summary>
internal sealed class RunConfiguration
{
    /// <summary>Keys whose objects are of several types.</summary>
    private static readonly Dictionary<string, Type> Families = new()
    {
        ["method"] = typeof(ContrastiveMethod),
        ["optimizer"] = typeof(Optimizer),
        ["learningRateSchedule"] = typeof(LearningRateSchedule),
    };

    /// <summary>What may be otherwise when a run is resumed: where the data lie (its content is compared), the machine, and what is kept or watched.</summary>
    private static readonly HashSet<string> FreeToChange =
    [
        "dataset", "unlabeled", "datasetFormat", "device", "monitoredImages", "restoreBestWeights", "earlyStopping", "checkpointEveryEpochs", "checkpointEverySteps", "unreadableImages",
        "report", "imageStorage", "imageStorePath", "maximumStoreBytes", "renderThreads", "torchThreads", "name", "source", "deviations",
    ];

    private readonly JsonObject _tree;

    private RunConfiguration(JsonObject tree) => _tree = tree;

    /// <summary>A complete configuration.</summary>
    public static RunConfiguration Of(RunSettings run, ContrastivePreset preset)
    {
        JsonObject tree = ConfigurationJson.ToTree(run);
        foreach ((string key, JsonNode? value) in ConfigurationJson.ToTree(preset))
            tree[key] = value?.DeepClone();
        return new RunConfiguration(tree);
    }

    /// <summary>The configuration of a run that was begun before.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="option">What named the folder, for errors.</param>
    /// <exception cref="UsageException">It is missing or cannot be read.</exception>
    public static RunConfiguration OfRun(RunFolder folder, string option)
    {
        RunConfiguration configuration = Of(new RunSettings(), ContrastivePreset.All[0]);
        configuration.Merge(folder.ReadConfiguration(option), $"{option} '{folder.Configuration}'");
        return configuration;
    }

    /// <summary>The text of a file that holds a configuration or a part of one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">What named it, for errors.</param>
    /// <exception cref="UsageException">It is missing or no JSON.</exception>
    public static JsonObject ReadFile(string path, string option)
    {
        const int LargestBytes = 1 << 20;
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new UsageException($"{option}: there is no file '{path}'.");
        if (file.Length > LargestBytes)
            throw new UsageException($"{option}: '{path}' has {file.Length} bytes; a configuration has some thousand.");
        try
        {
            return ConfigurationJson.Parse(File.ReadAllText(path));
        }
        catch (JsonException error)
        {
            throw new UsageException($"{option}: '{path}' is no JSON that can be read: {error.Message}", error);
        }
    }

    /// <summary>Replaces the values that another tree has.</summary>
    /// <param name="changes">Any part of a configuration.</param>
    /// <param name="origin">Where it comes from, for errors.</param>
    public void Merge(JsonObject changes, string origin) => Merge(_tree, changes, "", origin);

    /// <summary>Replaces one value.</summary>
    /// <param name="assignment">key=value; the value is JSON, or text.</param>
    public void Set(string assignment)
    {
        const string Option = "--set";
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
            throw new UsageException($"{Option}: '{assignment}' is not key=value, such as method.temperature=0.2.");
        string[] keys = assignment[..equals].Trim().Split('.');
        // The type of a method or an optimiser is the thing itself.
        if (keys.Length > 1 && keys[^1] == ConfigurationJson.TypeKey)
            keys = keys[..^1];
        string origin = $"{Option} {assignment}";
        Set(_tree, keys, Value(assignment[(equals + 1)..].Trim(), origin), origin);
    }

    /// <summary>Replaces one value of the run or the preset.</summary>
    public void Set(string key, JsonNode? value) => _tree[key] = value;

    /// <summary>The records.</summary>
    /// <exception cref="UsageException">A value does not fit its key, is out of its range, or contradicts another.</exception>
    public (RunSettings Run, ContrastivePreset Preset) Read()
    {
        JsonObject run = [], preset = [];
        HashSet<string> runKeys = [.. ConfigurationJson.ToTree(new RunSettings()).Select(pair => pair.Key)];
        foreach ((string key, JsonNode? value) in _tree)
            (runKeys.Contains(key) ? run : preset)[key] = value?.DeepClone();
        try
        {
            var settings = ConfigurationJson.FromTree<RunSettings>(run);
            var chosen = ConfigurationJson.FromTree<ContrastivePreset>(preset);
            chosen.Validate();
            return (settings, chosen);
        }
        catch (JsonException error)
        {
            throw new UsageException(ConfigurationMisfit.Of(error, _tree), error);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(ConfigurationMisfit.Of(error, Lines()), error);
        }
    }

    /// <summary>One line a setting in which a run's saved configuration and this one differ, of those that decide what comes out.</summary>
    public IEnumerable<string> Differences(RunConfiguration saved)
    {
        Dictionary<string, string> before = saved.Lines().ToDictionary(line => line.Key, line => line.Value);
        return Lines()
            .Where(line => !FreeToChange.Contains(line.Key.Split('.')[0]) && before.GetValueOrDefault(line.Key) != line.Value)
            .Select(line => $"{line.Key}: {before.GetValueOrDefault(line.Key, "nothing")} there, {line.Value} here");
    }

    /// <summary>The configuration as JSON.</summary>
    public override string ToString() => ConfigurationJson.ToText(_tree);

    /// <summary>One line a value, by the key that <c>--set</c> takes. Views that are made like the one before are said to be.</summary>
    public IEnumerable<(string Key, string Value)> Lines() => Lines(_tree, "");

    private static IEnumerable<(string Key, string Value)> Lines(JsonNode? node, string key)
    {
        IEnumerable<(string, JsonNode?)> children = node switch
        {
            JsonObject values => values.Select(pair => (pair.Key, pair.Value)),
            JsonArray { Count: > 0 } items when items[0] is JsonObject => items.Select((item, i) => ($"{i}", item)),
            _ => [],
        };
        if (node is not JsonObject && !children.Any())
            return [(key, node is JsonValue text && text.GetValueKind() == JsonValueKind.String ? text.GetValue<string>() : node?.ToJsonString() ?? "null")];
        return children.SelectMany(child => node is JsonArray list && child.Item1 != "0" && JsonNode.DeepEquals(list[0], child.Item2)
            ? [($"{key}.{child.Item1}", $"as {key}.0")]
            : Lines(child.Item2, key.Length == 0 ? child.Item1 : $"{key}.{child.Item1}"));
    }

    private static JsonNode? Value(string text, string origin)
    {
        try
        {
            return ConfigurationJson.ParseAny(text);
        }
        catch (JsonException error)
        {
            return text is ['{' or '[' or '"', ..] ? throw new UsageException($"{origin}: the value is no JSON that can be read: {error.Message}", error) : JsonValue.Create(text);
        }
    }

    private void Merge(JsonObject target, JsonObject changes, string path, string origin)
    {
        foreach ((string name, JsonNode? change) in changes)
        {
            string key = Known(target, name, path, origin);
            JsonNode? value = change;
            if (path.Length == 0 && Families.TryGetValue(key, out Type? family))
            {
                BecomeType(target, key, family, value, origin);
                if (value is not JsonObject settings)
                    continue;
                // What it has become is not to be undone by another spelling of its name.
                settings = settings.DeepClone().AsObject();
                settings.Remove(ConfigurationJson.TypeKey);
                value = settings;
            }

            switch (target[key], value)
            {
                case (JsonObject inner, JsonObject innerChanges):
                    Merge(inner, innerChanges, $"{path}{key}.", origin);
                    break;
                case (JsonArray { Count: > 0 } items, JsonArray { Count: > 0 } newItems) when items[0] is JsonObject && newItems.All(item => item is JsonObject):
                    var merged = new JsonArray();
                    foreach ((int i, JsonNode? item) in newItems.Index())
                    {
                        JsonObject view = items[Math.Min(i, items.Count - 1)]!.DeepClone().AsObject();
                        Merge(view, item!.AsObject(), $"{path}{key}.{i}.", origin);
                        merged.Add((JsonNode)view);
                    }

                    target[key] = merged;
                    break;
                default:
                    target[key] = value?.DeepClone();
                    break;
            }
        }
    }

    private void Set(JsonObject target, ReadOnlySpan<string> keys, JsonNode? value, string origin, string path = "")
    {
        string key = Known(target, keys[0], path, origin);
        if (keys.Length == 1)
        {
            Merge(target, new JsonObject { [key] = value }, path, origin);
            return;
        }

        keys = keys[1..];
        path = $"{path}{key}.";
        switch (target[key])
        {
            case JsonArray items when int.TryParse(keys[0], out int index) && keys.Length > 1:
                if (index < 0 || index >= items.Count || items[index] is not JsonObject item)
                    throw new UsageException($"{origin}: {path.TrimEnd('.')} has the elements 0 to {items.Count - 1}.");
                Set(item, keys[1..], value, origin, $"{path}{index}.");
                break;
            case JsonArray { Count: > 0 } items when items[0] is JsonObject:
                foreach (JsonNode? each in items)
                    Set(each!.AsObject(), keys, value?.DeepClone(), origin, path);
                break;
            case JsonObject inner:
                Set(inner, keys, value, origin, path);
                break;
            case null:
                // A step that there was none of: its other settings keep their defaults.
                var created = new JsonObject();
                target[key] = created;
                for (; keys.Length > 1; keys = keys[1..])
                    created = (JsonObject)(created[keys[0]] = new JsonObject());
                created[keys[0]] = value;
                break;
            default:
                throw new UsageException($"{origin}: '{path.TrimEnd('.')}' is a value; it has no '{keys[0]}'.");
        }
    }

    /// <summary>Another method, optimiser or schedule begins with its own defaults; settings of the one before mean nothing to it.</summary>
    private static void BecomeType(JsonObject target, string key, Type family, JsonNode? value, string origin)
    {
        if (value is JsonObject values && !values.ContainsKey(ConfigurationJson.TypeKey))
            return;
        JsonNode? name = value is JsonObject named ? named[ConfigurationJson.TypeKey] : value;
        if (name?.GetValueKind() != JsonValueKind.String)
            throw new UsageException($"{origin}: the name of '{key}' is {ConfigurationJson.ToLine(name)}; it must be one of {string.Join(", ", ConfigurationJson.NamesOf(family))}.");
        string type = name.GetValue<string>();
        if (type == target[key]?[ConfigurationJson.TypeKey]?.GetValue<string>())
            return;
        try
        {
            target[key] = ConfigurationJson.DefaultsOf(family, type);
        }
        catch (ArgumentException error)
        {
            throw new UsageException($"{origin}: {FailureLine.Message(error)}", error);
        }
    }

    /// <exception cref="UsageException">There is no such key; the message names near ones.</exception>
    private string Known(JsonObject target, string name, string path, string origin)
    {
        string? key = target.Select(pair => pair.Key).FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (key is not null || (name == ConfigurationJson.TypeKey && path.Length > 0))
            return key ?? name;
        string near = NearNames.Suggestion(name, target.Select(pair => pair.Key));
        if (near.Length == 0)
            near = NearNames.Suggestion($"{path}{name}", Lines().Select(line => line.Key));
        throw new UsageException($"{origin}: there is no setting '{path}{name}'.{near} All of them: {Program.Name} pretrain --print-config.");
    }
}
