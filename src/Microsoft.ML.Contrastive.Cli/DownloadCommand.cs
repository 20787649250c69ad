using System.CommandLine;
using System.Globalization;
using Microsoft.ML.Contrastive.Cli.Download;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive download</c>: public data sets from where their publishers have them, with checksums, or from files that came another way.</summary>
internal sealed class DownloadCommand
{
    private readonly Argument<string> _name = new("name") { Description = $"One of {string.Join(", ", PublicDataset.All.Select(set => set.Name))}." };
    private readonly Option<string> _output = new("--output") { Description = "The folder to put the files into. Default: a folder of that name here.", HelpName = "DIR" };
    private readonly Option<string[]> _from = new("--from")
    {
        Description = "Take the files from here instead of downloading them: the files, or a folder that they are in.",
        HelpName = "FILE|DIR",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<Uri?> _mirror = new("--mirror")
    {
        Description = "Download from URL/FILE instead of the publisher's address. The checksums stay the same.",
        HelpName = "URL",
        CustomParser = OptionParsing.Parsed(
            text => Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new ArgumentException($"'{text}' is no http or https address.")),
    };

    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var command = new DownloadCommand();
        command._name.AcceptOnlyFromAmong([.. PublicDataset.All.Select(set => set.Name)]);
        return new Verb(
            "download",
            "Downloads a public data set and checks it. What has begun is continued.",
            ["cifar10", "stl10 --output data/stl10", "cifar10 --from cifar-10-binary.tar.gz"],
            [command._name, command._output, command._from, command._mirror, CommonOptions.Json],
            command.Run);
    }

    private int Run(VerbContext context)
    {
        PublicDataset set = PublicDataset.All.First(set => set.Name == context.Arguments.GetValue(_name));
        string folder = Path.GetFullPath(context.Value(_output) ?? set.Name);
        if (File.Exists(folder))
            throw new UsageException($"--output: '{folder}' is a file. Name a folder.");
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(Program.Name);
        using var progress = new TransferProgress(context.Json ? TextWriter.Null : context.Output, !context.Json && context.Terminal.Profile.Out.IsTerminal);
        var download = new FileDownload(client, folder) { Progress = progress.Show };
        Dictionary<PublishedFile, string>? sources = context.Value(_from) is { Length: > 0 } from ? Sources(set, from) : null;
        foreach (PublishedFile file in set.Files)
        {
            if (download.IsThere(file))
                progress.Say($"{file.Name} is there already.");
            else if (sources is not null)
                download.Take(file, sources[file]);
            else
                download.GetAsync(file, context.Value(_mirror) is { } mirror ? new Uri(mirror, file.Name) : file.Address, context.Cancellation).GetAwaiter().GetResult();
        }

        if (context.Json)
        {
            context.WriteJson(new { set.Name, Folder = folder, Files = set.Files.Select(download.PathOf), set.ChecksumSource });
            return ExitCode.Success;
        }

        progress.Say($"{set.Description} In '{folder}', checksums right. {set.ChecksumSource}");
        progress.Say(string.Create(CultureInfo.InvariantCulture, $"Next: {Program.Name} pretrain --dataset {Shell.Quoted(folder)}"));
        return ExitCode.Success;
    }

    /// <summary>For each file the one that was named, or that lies in a folder that was named. A single file may have any name.</summary>
    private static Dictionary<PublishedFile, string> Sources(PublicDataset set, string[] from)
    {
        if (from.FirstOrDefault(path => !Path.Exists(path)) is { } missing)
            throw new UsageException($"--from: there is no file or folder '{missing}'.");
        if (set.Files is [var only] && from is [var path] && File.Exists(path))
            return new() { [only] = path };
        return set.Files.ToDictionary(file => file, file => from
            .Select(place => Directory.Exists(place) ? Path.Combine(place, file.Name) : place)
            .FirstOrDefault(place => Path.GetFileName(place) == file.Name && File.Exists(place))
            ?? throw new UsageException($"--from: {file.Name} is not among what was named. {set.Name} has the files {string.Join(", ", set.Files.Select(f => f.Name))}."));
    }
}
