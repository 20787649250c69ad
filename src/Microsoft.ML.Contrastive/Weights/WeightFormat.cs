namespace Microsoft.ML.Contrastive.Weights;

/// <summary>How a file of weights names its tensors: whose code has written it, or is to read it.</summary>
public enum WeightFormat
{
    /// <summary>
    /// torchvision's ResNets (<c>conv1.weight</c>, <c>layer1.0.bn1.bias</c>), which most others wrap. The classifier <c>fc</c> is passed over. Can be read and written.
    /// </summary>
    Torchvision,

    /// <summary>
    /// timm's vision transformers and those of DINO's and DeiT's published weights (<c>cls_token</c>, <c>blocks.0.attn.qkv.weight</c>); ResNets as torchvision. <c>fc</c>
    /// and <c>head</c> are passed over. Can be read and written.
    /// </summary>
    Timm,

    /// <summary>MoCo v1 and v2 (github.com/facebookresearch/moco): the query encoder, <c>module.encoder_q</c>.</summary>
    MoCo,

    /// <summary>MoCo v3 (github.com/facebookresearch/moco-v3): <c>module.base_encoder</c>, or where that is missing <c>module.momentum_encoder</c>.</summary>
    MoCoV3,

    /// <summary>SimSiam (github.com/facebookresearch/simsiam): <c>module.encoder</c>.</summary>
    SimSiam,

    /// <summary>DINO's training checkpoints (github.com/facebookresearch/dino): the <c>teacher</c>, which its authors evaluate, or where that is missing the <c>student</c>.</summary>
    Dino,

    /// <summary>lightly's examples, which put a ResNet's children into a Sequential (<c>backbone.0.weight</c>, <c>backbone.4.0.conv1.weight</c>), torchvision's ResNet or lightly's own.</summary>
    Lightly,

    /// <summary>solo-learn's checkpoints and lightly's benchmarks: <c>backbone</c> or <c>encoder</c> before torchvision's or timm's names.</summary>
    SoloLearn,

    /// <summary>detectron2's ResNet in a C4 detector: <c>backbone.stem</c>, <c>backbone.res2</c> to <c>res4</c>, and <c>roi_heads.res5</c>. Can be read and written.</summary>
    Detectron2C4,

    /// <summary>detectron2's ResNet below a feature pyramid: <c>backbone.bottom_up.stem</c>, <c>backbone.bottom_up.res2</c> to <c>res5</c>. Can be read and written.</summary>
    Detectron2Fpn,

    /// <summary>This library's own checkpoints: the encoder of <c>checkpoints/last/state.safetensors</c>.</summary>
    Checkpoint,
}
