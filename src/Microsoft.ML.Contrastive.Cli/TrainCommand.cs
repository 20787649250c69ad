using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.ModelBuilder;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive train</c>: trains what a configuration of Model Builder describes, on a pretrained encoder, and writes beside it.</summary>
internal static class TrainCommand
{
    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var options = new ClassificationOptions();
        var configuration = new Option<string>("--training-config")
        {
            Description = "An image classification's configuration, NAME.mbconfig, of Model Builder or of this tool; its folder of images is pretrained on.",
            HelpName = "FILE",
            Required = true,
        };
        return new Verb(
            "train",
            "Pretrains and trains by a configuration of Model Builder, and writes beside it.",
            ["--training-config MLModel1.mbconfig --overwrite", "--training-config PhotoModel.mbconfig --dataset other-photos --epochs 200"],
            [configuration, .. options.All],
            context =>
            {
                string file = Path.GetFullPath(context.Value(configuration)!);
                if (!file.EndsWith(TrainingConfiguration.Extension, StringComparison.OrdinalIgnoreCase))
                    throw new UsageException($"--training-config: '{file}' is no {TrainingConfiguration.Extension} file.");
                return options.Run(
                    context, Path.GetDirectoryName(file), Path.GetFileNameWithoutExtension(file), TrainingConfiguration.Read(file),
                    $"{Program.Name} train --training-config {Shell.Quoted(context.Value(configuration)!)}");
            });
    }
}
