using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.Contrastive.Backbones;
using Microsoft.ML.Contrastive.Methods;
using Microsoft.ML.Contrastive.Training.Optimization;
using Microsoft.ML.Contrastive.Training.Presets;

namespace Microsoft.ML.Contrastive.Cli.Pretrain;

/// <summary>
/// The library's records as JSON and back. It reads their properties, so that a setting that is added to a method or an optimiser is a key of the configuration
/// without anybody's remembering it.
/// </summary>
internal static class ConfigurationJson
{
    /// <summary>Key that says which method, optimiser or schedule an object describes.</summary>
    public const string TypeKey = "type";

    private static readonly Type[] Families = [typeof(ContrastiveMethod), typeof(Optimizer), typeof(LearningRateSchedule)];

    private static readonly JsonDocumentOptions Reading = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter(), new BackboneConverter(), new TupleConverterFactory() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OnlySettings, NameFamilies } },
    };

    /// <summary>A value as a tree; every setting is a key, null ones too.</summary>
    public static JsonObject ToTree<T>(T value) => JsonSerializer.SerializeToNode(value, Options)!.AsObject();

    /// <summary>A tree as a value.</summary>
    /// <exception cref="JsonException">Something in it does not fit; the path says what.</exception>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public static T FromTree<T>(JsonObject tree) => tree.Deserialize<T>(Options)!;

    /// <summary>A method, an optimiser or a schedule by its type's name, with its default settings.</summary>
    /// <param name="family">One of the three base types.</param>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static JsonObject DefaultsOf(Type family, string name)
    {
        // Methods have names of their own: MoCo is two of them.
        object value = family == typeof(ContrastiveMethod) && TypeNames(family).All(type => !type.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ? ContrastiveMethod.Parse(name.Replace("-", "", StringComparison.Ordinal))
            : Activator.CreateInstance(TypeNames(family).FirstOrDefault(type => type.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Type
                ?? throw new ArgumentException($"There is no '{name}'. There are: {string.Join(", ", TypeNames(family).Select(type => type.Name))}."))!;
        return JsonSerializer.SerializeToNode(value, family, Options)!.AsObject();
    }

    /// <summary>Names that <see cref="DefaultsOf"/> knows.</summary>
    public static IEnumerable<string> NamesOf(Type family) => family == typeof(ContrastiveMethod) ? ContrastiveMethod.Names : TypeNames(family).Select(type => type.Name);

    /// <summary>The type of a setting's value.</summary>
    /// <param name="key">As <c>--set</c> takes it.</param>
    /// <param name="tree">The whole configuration, which says what types methods and optimisers are of.</param>
    /// <returns>Null when there is no such setting.</returns>
    public static Type? TypeOf(string key, JsonObject tree)
    {
        string[] parts = key.Split('.');
        Type? type = PropertyOf(typeof(RunSettings), parts[0]) ?? PropertyOf(typeof(ContrastivePreset), parts[0]);
        if (type is not null && Families.Contains(type) && tree[parts[0]]?[TypeKey] is JsonValue name)
            type = TypeNames(type).FirstOrDefault(known => known.Name == name.ToString()).Type;
        foreach (string part in parts[1..])
            type = type is null ? null : type.IsGenericType && type.IsAssignableTo(typeof(System.Collections.IEnumerable)) ? type.GetGenericArguments()[0] : PropertyOf(type, part);
        return type is null ? null : Nullable.GetUnderlyingType(type) ?? type;
    }

    /// <summary>Text of a tree.</summary>
    public static string ToText(JsonNode tree) => tree.ToJsonString(Options);

    /// <summary>A value within a sentence.</summary>
    public static string ToLine(JsonNode? value)
    {
        const int Longest = 60;
        string line = value is null
            ? "null"
            : value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : value.ToJsonString(new JsonSerializerOptions(Options) { WriteIndented = false });
        return line.Length > Longest ? line[..Longest] + "…" : line;
    }

    /// <exception cref="JsonException">The text is no JSON object.</exception>
    public static JsonObject Parse(string text) => ParseAny(text) as JsonObject ?? throw new JsonException("It is no object of keys and values.");

    /// <exception cref="JsonException">The text is no JSON.</exception>
    public static JsonNode? ParseAny(string text) => JsonNode.Parse(text, documentOptions: Reading);

    private static Type? PropertyOf(Type type, string name) => Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type).Properties.FirstOrDefault(property => property.Name == name)?.PropertyType;

    /// <summary>What can only be read follows from what can be set.</summary>
    private static void OnlySettings(JsonTypeInfo type)
    {
        for (int i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].Set is null)
                type.Properties.RemoveAt(i);
        }
    }

    private static void NameFamilies(JsonTypeInfo type)
    {
        if (!Families.Contains(type.Type))
            return;
        type.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = TypeKey };
        foreach ((string name, Type derived) in TypeNames(type.Type))
            type.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(derived, name));
    }

    /// <summary>"simclr", "adamw", "cosine": names of types in lower case, without the family's.</summary>
    private static IEnumerable<(string Name, Type Type)> TypeNames(Type family) => family.Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(family) && !type.IsAbstract)
        .Select(type => (Name: type.Name.Replace("Schedule", "", StringComparison.Ordinal).ToLowerInvariant(), type))
        .OrderBy(type => type.Name, StringComparer.Ordinal);

    private sealed class BackboneConverter : JsonConverter<Backbone>
    {
        public override Backbone Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Backbone.Parse(reader.GetString()!);
            }
            catch (ArgumentException error)
            {
                // So that it gets the path.
                throw new JsonException(null, error);
            }
        }

        public override void Write(Utf8JsonWriter writer, Backbone value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
    }

    /// <summary>Ranges and colours, which are tuples, as arrays: [0.2, 1].</summary>
    private sealed class TupleConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsValueType && typeToConvert.IsAssignableTo(typeof(ITuple));

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(TupleConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class TupleConverter<T> : JsonConverter<T>
        where T : struct, ITuple
    {
        private static readonly Type[] Elements = typeof(T).GetGenericArguments();

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                JsonElement[] values = JsonSerializer.Deserialize<JsonElement[]>(ref reader, options) ?? [];
                if (values.Length == Elements.Length)
                    return (T)Activator.CreateInstance(typeof(T), [.. values.Zip(Elements, (value, type) => value.Deserialize(type, options))])!;
            }
            catch (JsonException)
            {
                // Its path begins here; the one thrown below gets the whole one.
            }

            throw new JsonException();
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            for (int i = 0; i < Elements.Length; i++)
                JsonSerializer.Serialize(writer, value[i], Elements[i], options);
            writer.WriteEndArray();
        }
    }
}
