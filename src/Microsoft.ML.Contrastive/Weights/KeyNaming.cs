using System.Text.RegularExpressions;
using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Weights;

/// <summary>One way to name a network's tensors in a file: rules that turn the network's own names into the file's, and what may stand before them.</summary>
/// <param name="Format">The format that it belongs to.</param>
/// <param name="Prefixes">What stands before the names, the usual first; the first that fits is taken.</param>
/// <param name="Ignored">Beginnings of names behind the prefix that no encoder has: classifiers and projectors.</param>
/// <param name="Renames">Replacements, one after the other: pattern, and what stands for it in the file.</param>
internal sealed record KeyNaming(WeightFormat Format, string[] Prefixes, string[] Ignored, params (string Pattern, string Replacement)[] Renames)
{
    private readonly (Regex Pattern, string Replacement)[] _renames = [.. Renames.Select(r => (new Regex(r.Pattern, RegexOptions.CultureInvariant), r.Replacement))];

    /// <summary>Dictionaries that a state dictionary may be wrapped in.</summary>
    private static readonly string[] Wrappers = ["", "state_dict.", "model.", "model_state_dict."];

    private static readonly string[] Classifiers = ["fc.", "head.", "linear."];

    /// <summary>torchvision's names to detectron2's, as MoCo's detection/convert-pretrain-to-detectron2.py has them.</summary>
    private static readonly (string, string)[] Detectron2 =
    [
        (@"^conv1\.", "stem.conv1."),
        (@"^bn1\.", "stem.conv1.norm."),
        (@"\.bn(\d)\.", ".conv$1.norm."),
        (@"\.downsample\.0\.", ".shortcut."),
        (@"\.downsample\.1\.", ".shortcut.norm."),
        (@"^layer1\.", "res2."),
        (@"^layer2\.", "res3."),
        (@"^layer3\.", "res4."),
        (@"^layer4\.", "res5."),
    ];

    /// <summary>All that are known, those first that are taken where two fit equally.</summary>
    public static IReadOnlyList<KeyNaming> All { get; } =
    [
        new(WeightFormat.Torchvision, ["", "module."], Classifiers) { OnlyResNets = true },
        new(WeightFormat.Timm, ["", "module."], Classifiers),
        new(WeightFormat.MoCo, ["module.encoder_q.", "encoder_q."], Classifiers),
        new(WeightFormat.MoCoV3, ["module.base_encoder.", "base_encoder.", "module.momentum_encoder.", "momentum_encoder."], Classifiers),
        new(WeightFormat.SimSiam, ["module.encoder."], Classifiers),
        new(WeightFormat.Dino, ["teacher.backbone.", "teacher.module.backbone.", "student.module.backbone.", "student.backbone."], Classifiers),
        new(WeightFormat.SoloLearn, ["backbone.", "encoder.", "module.backbone."], Classifiers),

        // The children of torchvision's ResNet by number: conv1, bn1, relu, maxpool, layer1 to layer4.
        new(WeightFormat.Lightly, ["backbone.", "student_backbone.", "module.backbone.", ""], [],
            (@"^conv1\.", "0."), (@"^bn1\.", "1."), (@"^layer1\.", "4."), (@"^layer2\.", "5."), (@"^layer3\.", "6."), (@"^layer4\.", "7.")) { OnlyResNets = true },

        // Those of lightly's own (lightly/models/resnet.py): conv1, bn1, layer1 to layer4; its blocks have a shortcut.
        new(WeightFormat.Lightly, ["backbone.", "student_backbone.", "module.backbone.", ""], [],
            (@"^conv1\.", "0."), (@"^bn1\.", "1."), (@"^layer1\.", "2."), (@"^layer2\.", "3."), (@"^layer3\.", "4."), (@"^layer4\.", "5."), (@"\.downsample\.", ".shortcut.")) { OnlyResNets = true },

        new(WeightFormat.Detectron2C4, [""], ["backbone.stem.fc.", "proposal_generator.", "roi_heads.box", "roi_heads.mask", "pixel_"],
            [.. Detectron2, ("^res5", "roi_heads.res5"), ("^(stem|res[234])", "backbone.$1")]) { OnlyResNets = true },
        new(WeightFormat.Detectron2Fpn, ["backbone.bottom_up.", "backbone.", ""], Classifiers, Detectron2) { OnlyResNets = true },
        new(WeightFormat.Checkpoint, ["method.encoder.", "method.query.encoder.", "method.base.encoder.", "method.online.encoder.", "method.teacher.encoder.", "method.student.encoder."], []),
    ];

    /// <summary>Whether the code that has these names knows no vision transformers, or other ones than ours.</summary>
    public bool OnlyResNets { get; private init; }

    /// <summary>Whether a network can have these names.</summary>
    public bool Suits(BackboneModule network) => !OnlyResNets || network is not VisionTransformer;

    /// <summary>The names with all that may stand before them.</summary>
    public IEnumerable<string> FullPrefixes => from prefix in Prefixes from wrapper in Wrappers select wrapper + prefix;

    /// <summary>The name that a tensor of the network has in the file, behind the prefix.</summary>
    public string NameOf(string tensor) => _renames.Aggregate(tensor, (name, rename) => rename.Pattern.Replace(name, rename.Replacement));

    /// <summary>Whether a name in the file, behind the prefix, is of something that no encoder has.</summary>
    public bool Ignores(string name) => Array.Exists(Ignored, beginning => name.StartsWith(beginning, StringComparison.Ordinal));
}
