using Microsoft.ML.Contrastive.Evaluation;
using Mono.Cecil;

namespace Microsoft.ML.Contrastive.Tests.Architecture;

/// <summary>
/// Nothing in a training step fetches a tensor to the CPU: on a GPU each of that waits for all work before it. Held over the compiled assembly, as a machine
/// without a GPU would not notice.
/// </summary>
public sealed class TrainingDeviceTests
{
    private const string Root = "Microsoft.ML.Contrastive.";

    /// <summary>What runs once a step: networks, losses, optimisers, and the loop's own.</summary>
    private static readonly string[] Stepping =
    [
        Root + "Methods.", Root + "Backbones.ResNet", Root + "Backbones.ResidualBlock", Root + "Backbones.VisionTransformer", Root + "Backbones.TransformerBlock",
        Root + "Training.Optimization.", Root + "Training.TrainingStep", Root + "Training.TrainingLoop", Root + "Training.MixedPrecision", Root + "Training.OnlineProbeState",
    ];

    /// <summary>Where the CPU does read, and why that is right.</summary>
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["TrainingStep.Add: item"] = "the loss, once a step, which must be a number to go on",
        ["AdamMoments.StepsOf: data"] = "counts of steps, which live on the CPU",
        ["OnlineProbeState.get_TrainingAccuracy: cpu"] = "after an epoch",
        ["OnlineProbeState.get_TrainingAccuracy: data"] = "after an epoch",
        ["OnlineProbeState.Scores: cpu"] = "after an epoch",
        ["OnlineProbeState.Scores: data"] = "after an epoch",
    };

    private static readonly HashSet<string> Fetching = ["cpu", "data", "get_bytes", "item", "ToSingle", "ToDouble", "ToInt32", "ToInt64", "ToBoolean"];

    [Fact]
    public void A_training_step_reads_no_tensor_but_the_loss()
    {
        using var module = ModuleDefinition.ReadModule(typeof(NearestNeighbourClassifier).Assembly.Location);
        List<string> found = [.. (
            from type in module.GetTypes()
            where Stepping.Any(name => type.FullName.StartsWith(name, StringComparison.Ordinal))
            from method in type.Methods
            where method.HasBody
            from instruction in method.Body.Instructions
            let called = instruction.Operand as MethodReference
            where called is not null && Fetching.Contains(called.Name) && called.DeclaringType.FullName.StartsWith("TorchSharp.", StringComparison.Ordinal)
            select $"{type.Name}.{method.Name}: {called.Name}").Distinct()];
        Assert.Contains("TrainingStep.Add: item", found);
        Assert.Empty(found.Except(Allowed.Keys));
    }
}
