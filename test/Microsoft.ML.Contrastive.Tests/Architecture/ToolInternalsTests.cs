using Microsoft.ML.Contrastive.Cli.Pretrain;
using Microsoft.ML.Contrastive.Evaluation;
using Mono.Cecil;

namespace Microsoft.ML.Contrastive.Tests.Architecture;

/// <summary>
/// What the tool uses of the library that its users cannot. Everything else the tool does is open to everybody who writes the same in code: this list is to stay as short
/// as its reasons allow.
/// </summary>
public sealed class ToolInternalsTests
{
    private const string Library = "Microsoft.ML.Contrastive";

    /// <summary>Types, or members of public types, and why they are not public.</summary>
    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["NativeEnvironment"] = "a default for ONNX Runtime, set before the process loads anything; an application sets its own environment",
        ["TorchRuntime"] = "doctor loads torch by itself to say what is wrong; in code it is loaded when it is first needed",
        ["PrivateCache"] = "doctor tries the folder of the patched library",
        ["Backbone.Create"] = Untrained,
        ["BackboneModule"] = Untrained,
        ["TorchInitialization"] = Untrained,
        ["TorchDevice"] = Untrained,
        ["EncoderNetwork"] = Untrained,
        ["ContrastiveEncoderTransformer..ctor"] = Untrained,
        ["ContrastiveEncoderTransformer.get_Network"] = Untrained,
        ["ContrastiveMethod.Create"] = DiskSpace,
        ["MethodModule"] = DiskSpace,
        ["ProjectionHead"] = Heads,
        ["Checkpoint"] = Heads,
        ["TrainingModule"] = Heads,
        ["IImageEncoder"] = "what an encoder of a file is to the tool's measurements; in code it is a transformer",
        ["LinearEvaluationProtocol.get_OtherNames"] = "further names of a protocol, of which Parse knows all",
        ["ImageFolder"] = Said,
        ["RandomAccessDataView"] = Said,
        ["ViewPipeline"] = Said,
        ["ImageInspection"] = Said,
        ["OrientationTally"] = Said,
        ["Crc32"] = "the checksum of archives' entries, as of PyTorch's files",
        ["ImageEncoder"] = Sharing,
        ["LabelledImages"] = Sharing,
        ["FeatureRows"] = Sharing,
        ["TopKAccuracy.Rank"] = "the place of each row's own class, of which the confusion matrices and files of predictions are made; its share is TopKAccuracy.Measure",
    };

    /// <summary>BaselineEncoders.</summary>
    private const string Untrained = "a network without any training, made without images; in code it is what a trainer of 0 epochs returns";

    /// <summary>The projection head of a run.</summary>
    private const string Heads = "difficulty --projector takes the head from the checkpoints of a run; in code KeepProjector keeps it with the encoder";

    /// <summary>PretrainingRun.</summary>
    private const string DiskSpace = "bytes of the networks of a run, to find out before it whether the disk has room for its checkpoints";

    /// <summary>DatasetView and the arms of a sweep.</summary>
    private const string Said = "which files are images and whole, how rows are read in any order, how planned steps become a pipeline: said once; in code LoadImagesFromFolder and Pretraining";

    /// <summary>FewLabels and FineTuning.</summary>
    private const string Sharing = "evaluate encodes images once for measurements that would each encode them; in code Evaluation and SupervisedClassification do the same work";

    [Fact]
    public void The_tool_uses_no_internals_but_those_that_have_a_reason()
    {
        HashSet<string> used = InternalsUsedBy(typeof(RunConfiguration).Assembly.Location);

        string[] changes = [.. used.Except(Allowed.Keys).Select(name => $"{name} is used and has no reason here"), .. Allowed.Keys.Except(used).Select(name => $"{name} is not used any more")];
        Assert.True(changes.Length == 0, string.Join('\n', changes.Order(StringComparer.Ordinal)));
    }

    /// <summary>Internal types by name, and internal members of public types.</summary>
    private static HashSet<string> InternalsUsedBy(string assembly)
    {
        using var resolver = new DefaultAssemblyResolver();
        resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(NearestNeighbourClassifier).Assembly.Location));
        using var module = ModuleDefinition.ReadModule(assembly, new ReaderParameters { AssemblyResolver = resolver });
        var used = new HashSet<string>();
        foreach (TypeReference type in module.GetTypeReferences().Where(type => type.Scope.Name == Library))
        {
            if (type.Resolve() is { } definition && !IsPublic(definition))
                used.Add(NameOf(definition));
        }

        foreach (MemberReference member in module.GetMemberReferences().Where(member => member.DeclaringType.GetElementType().Scope.Name == Library))
        {
            IMemberDefinition? definition = member switch
            {
                MethodReference method => method.Resolve(),
                FieldReference field => field.Resolve(),
                _ => null,
            };
            if (definition is not null && IsPublic(definition.DeclaringType) && !IsPublic(definition))
                used.Add($"{NameOf(definition.DeclaringType)}.{definition.Name}");
        }

        return used;
    }

    private static bool IsPublic(IMemberDefinition member) => member switch
    {
        TypeDefinition type => type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamilyOrAssembly) && IsPublic(type.DeclaringType)),
        MethodDefinition method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldDefinition field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        _ => false,
    };

    private static string NameOf(TypeDefinition type) => type.DeclaringType is { } outer ? $"{NameOf(outer)}.{type.Name}" : type.Name;
}
