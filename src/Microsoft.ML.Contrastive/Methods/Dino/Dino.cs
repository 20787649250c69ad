using Microsoft.ML.Contrastive.Backbones;

namespace Microsoft.ML.Contrastive.Methods;

/// <summary>
/// DINO: a student agrees with a slowly moving teacher on a soft assignment to prototypes; small crops are compared with large ones
/// (Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021).
/// </summary>
/// <remarks>
/// The method for vision transformers. The first two views are global crops, seen by both networks; any further ones are local crops, seen by the
/// student alone. Defaults are those of facebookresearch/dino. Its optimiser there is <c>AdamW</c> with weight decay rising from 0.04 to 0.4 and gradients clipped
/// at 3 for each parameter.
/// The encoder that training monitors and hands out is the teacher's, as in its authors' evaluations; <see cref="EncoderFrom"/> changes that.
/// </remarks>
public sealed record Dino : ContrastiveMethod
{
    /// <summary>main_dino.py, <c>--out_dim</c>.</summary>
    internal const int DefaultPrototypes = 65536;

    /// <summary>vision_transformer.py, DINOHead.</summary>
    internal const int DefaultHiddenDimension = 2048;

    /// <inheritdoc cref="DefaultHiddenDimension"/>
    internal const int DefaultBottleneckDimension = 256;

    /// <inheritdoc cref="DefaultHiddenDimension"/>
    internal const int DefaultHeadLayers = 3;

    /// <summary>main_dino.py, DINOLoss.</summary>
    internal const double DefaultStudentTemperature = 0.1;

    /// <summary>main_dino.py, <c>--teacher_temp</c> and <c>--warmup_teacher_temp</c>.</summary>
    internal const double DefaultTeacherTemperature = 0.04;

    /// <summary>main_dino.py, <c>--momentum_teacher</c>.</summary>
    internal const double DefaultMomentum = 0.996;

    /// <summary>main_dino.py, DINOLoss.</summary>
    internal const double DefaultCenterMomentum = 0.9;

    /// <summary>main_dino.py, <c>--freeze_last_layer</c>.</summary>
    internal const int DefaultFreezeLastLayerEpochs = 1;

    /// <inheritdoc/>
    public override string Name => "dino";

    /// <summary>Outputs of the head: prototypes that images are softly assigned to.</summary>
    /// <value>2 or more. The default value is 65536; 60000 for ResNet-50; small data sets do with 4096.</value>
    public int Prototypes { get; init; } = DefaultPrototypes;

    /// <summary>Width of the head's inner layers.</summary>
    /// <value>1 or more. The default value is 2048 (appendix C).</value>
    public int HiddenDimension { get; init; } = DefaultHiddenDimension;

    /// <summary>Width of the unit vector before the prototypes.</summary>
    /// <value>1 or more. The default value is 256 (appendix C).</value>
    public int BottleneckDimension { get; init; } = DefaultBottleneckDimension;

    /// <summary>Linear layers of the head before the prototypes.</summary>
    /// <value>1 or more. The default value is 3 (appendix C).</value>
    public int HeadLayers { get; init; } = DefaultHeadLayers;

    /// <summary>Whether the head's inner layers are followed by batch norm.</summary>
    /// <value>The default value is <see langword="false"/> (<c>--use_bn_in_head</c>).</value>
    public bool HeadBatchNorm { get; init; }

    /// <summary>Whether the prototypes keep unit length.</summary>
    /// <value>The default value is <see langword="true"/> (<c>--norm_last_layer</c>); small vision transformers do better with <see langword="false"/>.</value>
    public bool NormalizePrototypes { get; init; } = true;

    /// <summary>What the student's outputs are divided by.</summary>
    /// <value>Above 0. The default value is 0.1 (section 3.2).</value>
    public double StudentTemperature { get; init; } = DefaultStudentTemperature;

    /// <summary>What the teacher's centred outputs are divided by, after warm-up.</summary>
    /// <value>Above 0, less than the student's. The default value is 0.04; longer trainings have 0.07 with a warm-up of 30 epochs (section 3.2).</value>
    public double TeacherTemperature { get; init; } = DefaultTeacherTemperature;

    /// <summary>The teacher's temperature at the start.</summary>
    /// <value>Above 0. The default value is 0.04. If the loss does not fall, lower it.</value>
    public double WarmupTeacherTemperature { get; init; } = DefaultTeacherTemperature;

    /// <summary>Epochs in which the teacher's temperature goes from the one to the other.</summary>
    /// <value>0 or more. The default value is 0.</value>
    public int WarmupTeacherTemperatureEpochs { get; init; }

    /// <summary>How slowly the teacher follows at the start; it rises to 1 along half a cosine.</summary>
    /// <value>In [0, 1). The default value is 0.996 (section 3.2). Small batches want more, such as 0.9995.</value>
    public double Momentum { get; init; } = DefaultMomentum;

    /// <summary>How slowly the centre follows the teacher's mean output.</summary>
    /// <value>In [0, 1). The default value is 0.9 (section 3.1).</value>
    public double CenterMomentum { get; init; } = DefaultCenterMomentum;

    /// <summary>Epochs at the start in which the prototypes do not move.</summary>
    /// <value>0 or more. The default value is 1.</value>
    public int FreezeLastLayerEpochs { get; init; } = DefaultFreezeLastLayerEpochs;

    /// <summary>
    /// Which of the two networks the result comes from: the encoder that is monitored, measured by an online probe, kept as the best and handed out, and the projection head that goes with it.
    /// Training itself is the same.
    /// </summary>
    /// <value>
    /// The default value is <see cref="DinoNetwork.Teacher"/>, which is better than the student throughout training (section 3.1) and which facebookresearch/dino evaluates
    /// (eval_linear.py and eval_knn.py, <c>--checkpoint_key</c>). Figures of solo-learn and of lightly's CIFAR-10 benchmark are of the student.
    /// </value>
    public DinoNetwork EncoderFrom { get; init; }

    internal override bool TakesMultiCrop => true;

    internal override void Validate()
    {
        Require.AtLeast(2, Prototypes);
        Require.AtLeast(1, HiddenDimension);
        Require.AtLeast(1, BottleneckDimension);
        Require.AtLeast(1, HeadLayers);
        Require.Positive(StudentTemperature);
        Require.Positive(TeacherTemperature);
        Require.Positive(WarmupTeacherTemperature);
        Require.AtLeast(0, WarmupTeacherTemperatureEpochs);
        Require.BelowOne(Momentum);
        Require.BelowOne(CenterMomentum);
        Require.AtLeast(0, FreezeLastLayerEpochs);
        Require.Defined(EncoderFrom);
    }

    internal override MethodModule Create(Backbone backbone)
    {
        Validate();
        return new DinoModule(this, backbone);
    }

    /// <summary>The teacher's temperature of an epoch: evenly spaced from the first to the last of the warm-up, both included, then constant.</summary>
    internal double TeacherTemperatureAt(int epoch)
    {
        if (epoch >= WarmupTeacherTemperatureEpochs)
            return TeacherTemperature;
        var spaces = Math.Max(WarmupTeacherTemperatureEpochs - 1, 1);
        return WarmupTeacherTemperature + ((TeacherTemperature - WarmupTeacherTemperature) * epoch / spaces);
    }
}

/// <summary>The networks of <see cref="Dino"/>.</summary>
public enum DinoNetwork
{
    /// <summary>The slowly moving average of the student.</summary>
    Teacher,

    /// <summary>The network that the optimiser trains.</summary>
    Student,
}
