using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Training.Presets;

/// <summary>
/// The resolved configuration as text. It reads the properties of the records, so that a setting that is added to a method or an optimiser is printed without
/// anybody's remembering it.
/// </summary>
internal static class PresetText
{
    public static string Of(ContrastivePreset preset)
    {
        var text = new StringBuilder();
        Line(text, "name", preset.Name);
        Line(text, "source", preset.Source);
        Line(text, "deviations", preset.Deviations);
        Write(text, "method", preset.Method);
        Write(text, "backbone", preset.Backbone);
        for (int i = 0; i < preset.Views.Count; i++)
        {
            ViewAugmentation view = preset.Views[i];
            string name = FormattableString.Invariant($"view{i + 1}");
            Write(text, $"{name}.crop", view.Crop);
            Write(text, $"{name}.flip", view.Flip);
            Write(text, $"{name}.color", view.Color);
            Write(text, $"{name}.grayscale", view.Grayscale);
            Write(text, $"{name}.blur", view.Blur);
            Write(text, $"{name}.solarize", view.Solarize);
            Write(text, $"{name}.randAugment", view.RandAugment);
        }

        Write(text, "jointCropBeta", preset.JointCropBeta);
        Write(text, "jointCropOver", preset.JointCropOver);
        Write(text, "jointBlurBeta", preset.JointBlurBeta);
        Write(text, "jointColorBeta", preset.JointColorBeta);
        Write(text, "jointCropProbability", preset.JointCropProbability);
        Write(text, "normalization", preset.Normalization);
        Write(text, "optimizer", preset.Optimizer);
        Write(text, "learningRateSchedule", preset.LearningRateSchedule);
        Write(text, "epochs", preset.Epochs);
        Write(text, "batchSize", preset.BatchSize);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, object? value)
    {
        if (Scalar(value) is { } scalar)
        {
            Line(text, name, scalar);
            return;
        }

        Line(text, name, value!.GetType().Name);
        foreach (PropertyInfo property in Settings(value.GetType()))
            Write(text, $"{name}.{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}", property.GetValue(value));
    }

    /// <summary>What can be set, by name: reflection promises no order.</summary>
    private static IEnumerable<PropertyInfo> Settings(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is { IsPublic: true })
        .OrderBy(p => p.Name, StringComparer.Ordinal);

    private static string? Scalar(object? value) => value switch
    {
        null => "none",
        string s => s,
        Enum e => e.ToString(),
        Backbone b => b.Name,
        ImageSize size => size.ToString(),
        ITuple tuple => string.Join(", ", Enumerable.Range(0, tuple.Length).Select(i => Scalar(tuple[i]))),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        bool b => b ? "true" : "false",
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Scalar)),
        _ => null,
    };

    private static void Line(StringBuilder text, string name, string value) => text.Append(name).Append(" = ").Append(value).Append('\n');
}
