using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Microsoft.ML.Contrastive.Cli.Verbs;

/// <summary>What a verb is given: what was typed, where to write, and when to stop.</summary>
/// <param name="Arguments">What was typed.</param>
/// <param name="Cancellation">Ctrl-C, once.</param>
internal sealed record VerbContext(ParseResult Arguments, CancellationToken Cancellation)
{
    private const int WidthWithoutTerminal = 4096;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the verb itself shows that it has heard Ctrl-C: a line in between would tear its display.</summary>
    public bool AnswersInterruption { get; set; }

    /// <summary>Standard output: what was asked for.</summary>
    public TextWriter Output => Arguments.InvocationConfiguration.Output;

    /// <summary>Standard error: what went wrong.</summary>
    public TextWriter Error => Arguments.InvocationConfiguration.Error;

    /// <summary>Whether stack traces and the log of ML.NET are wanted.</summary>
    public bool Verbose => Arguments.GetValue(CommonOptions.Verbose);

    /// <summary>Whether output is for machines.</summary>
    public bool Json => Arguments.GetValue(CommonOptions.Json);

    /// <summary>Where a verb that prints one object for machines tells how it goes: <see cref="Output"/> is that object's then.</summary>
    public TextWriter Progress => Json ? Error : Output;

    /// <summary>Tables, colours and live displays on <see cref="Output"/>: plain text, as wide as it needs to be, where that is no terminal.</summary>
    public IAnsiConsole Terminal
    {
        get
        {
            field ??= AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Output) });
            if (!field.Profile.Out.IsTerminal)
                field.Profile.Width = WidthWithoutTerminal;
            return field;
        }
    }

    /// <summary>The value of an option.</summary>
    public T? Value<T>(Option<T> option) => Arguments.GetValue(option);

    /// <summary>Whether an option was typed.</summary>
    public bool Has(Option option) => Arguments.GetResult(option) is { Implicit: false };

    /// <summary>Writes an object for machines.</summary>
    public void WriteJson<T>(T value) => Output.WriteLine(JsonSerializer.Serialize(value, Readable));

    /// <summary>A context for training and encoding, which tells its warnings, or with --verbose everything.</summary>
    /// <param name="seed">Seed of everything random; null for none.</param>
    /// <param name="tell">Receives them; standard error when null.</param>
    public MLContext CreateMLContext(int? seed = null, Action<string>? tell = null)
    {
        var mlContext = new MLContext(seed);
        mlContext.Log += (_, message) =>
        {
            // What follows from Ctrl-C is no news to who pressed it.
            if (Verbose || (message.Kind >= Runtime.ChannelMessageKind.Warning && !Cancellation.IsCancellationRequested))
                (tell ?? Error.WriteLine)(message.RawMessage);
        };
        return mlContext;
    }
}
