using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli.ModelBuilder;

/// <summary>Names in generated C#.</summary>
internal static partial class Identifier
{
    // C# language specification, lexical structure, keywords; contextual ones may be names of types.
    private static readonly HashSet<string> Keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do", "double", "else",
        "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock",
        "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed",
        "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using",
        "virtual", "void", "volatile", "while",
    ];

    /// <summary>Members of the generated class, which its own name would hide.</summary>
    private static readonly HashSet<string> Members =
    [
        "ModelInput", "ModelOutput", "MLNetModelPath", "PredictEngine", "Predict", "PredictAllLabels", "GetSortedScoresWithLabels", "Train", "LoadImageFromFolder", "RetrainModel",
        "SaveModel", "BuildPipeline", "LoadEncoder", "CreatePredictEngine", "CreateDecoder", "Decode", "DecodedImage", "EncodedImage",
    ];

    /// <summary>A name for a class, which is also the begin of the files' names.</summary>
    /// <param name="name">The name.</param>
    /// <param name="option">What gave it, for errors.</param>
    /// <exception cref="UsageException">It cannot be one; the message proposes another.</exception>
    public static void Require(string name, string option)
    {
        if (!Valid().IsMatch(name) || Keywords.Contains(name))
            throw new UsageException($"{option}: '{name}' cannot be the name of a C# class (letters, digits and '_', no digit first, no keyword). For example: {Sanitised(name)}.");
        if (Members.Contains(name))
            throw new UsageException($"{option}: a class '{name}' could not have its member of that name. For example: {name}Model.");
    }

    /// <summary>A namespace as near to some text as can be.</summary>
    public static string Namespace(string text) => string.Join('.', text.Split('.', StringSplitOptions.RemoveEmptyEntries).Select(Sanitised)) is { Length: > 0 } name ? name : "Models";

    private static string Sanitised(string text)
    {
        var name = new StringBuilder();
        foreach (char c in text)
            name.Append(char.IsAsciiLetterOrDigit(c) || char.IsLetter(c) ? c : '_');
        if (name.Length == 0 || char.IsDigit(name[0]) || Keywords.Contains(name.ToString()))
            name.Insert(0, '_');
        return name.ToString();
    }

    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Valid();
}
