namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>The crops of a multi-crop whose areas are drawn together.</summary>
/// <remarks>
/// Which pairs a choice touches depends on what the loss compares. DINO's loss compares each global view, through the teacher, with every other view through
/// the student: the pair of global views, and each global with each local view, but never two local views. So <see cref="Global"/> touches one compared
/// pair, (global 1, global 2), in both directions. <see cref="Local"/> touches no compared pair directly: it changes how the areas of the local views of an image
/// are spread, and with it their marginal, and so what the pairs of a global with a local view look like.
/// </remarks>
[Flags]
public enum JointOver
{
    /// <summary>No crops: all areas are independent.</summary>
    None = 0,

    /// <summary>The global crops (JointCrop paper, AAAI-25: DINO 66.36 → 66.55).</summary>
    Global = 1,

    /// <summary>The local crops (JointCrop paper, AAAI-25: DINO 66.36 → 66.58).</summary>
    Local = 2,

    /// <summary>The global crops among themselves and the local crops among themselves.</summary>
    Both = Global | Local,
}
