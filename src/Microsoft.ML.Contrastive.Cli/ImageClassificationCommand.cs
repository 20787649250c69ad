using System.CommandLine;
using Microsoft.ML.Contrastive.Cli.ModelBuilder;
using Microsoft.ML.Contrastive.Cli.Verbs;

namespace Microsoft.ML.Contrastive.Cli;

/// <summary><c>mlnet-contrastive image-classification</c>: a classifier in the project at hand, as Model Builder and <c>mlnet</c> make them.</summary>
internal static class ImageClassificationCommand
{
    /// <summary>The verb with its options.</summary>
    public static Verb Create()
    {
        var options = new ClassificationOptions();
        var name = new Option<string>("--name")
        {
            Description = "Name of the class, with which the files begin as well: NAME.mbconfig, NAME.consumption.cs, NAME.training.cs, NAME.mlnet.",
            HelpName = "NAME",
            Required = true,
        };
        var output = new Option<string?>("--output") { Description = "Folder of the files. Default: the project's, else the current one.", HelpName = "DIR" };
        return new Verb(
            "image-classification",
            "Pretrains on all images, trains a classifier on the labelled ones, and writes it into the current project.",
            ["--dataset photos --name PhotoModel", "--dataset photos --unlabeled more-photos --name PhotoModel --joint-crop 0 --image-size 96 --epoch 200"],
            [name, output, .. options.All],
            context =>
            {
                string folder = context.Value(output) is { } typed ? $" --output {Shell.Quoted(typed)}" : "";
                return options.Run(context, context.Value(output), context.Value(name)!, form: null, $"{Program.Name} image-classification --name {context.Value(name)}{folder}");
            });
    }
}
