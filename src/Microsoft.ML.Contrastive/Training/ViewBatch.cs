using System.Runtime.InteropServices;
using Microsoft.ML.Contrastive.Augmentation;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>
/// The views of one batch as tensors [B, 3, H, W], one a view. The memory is torch's own and is rendered into directly; batches are
/// reused, so the loop never copies or allocates pixels on the CPU.
/// </summary>
internal sealed class ViewBatch : IDisposable
{
    private readonly int[] _floatsPerImage;

    /// <param name="viewSizes">Size of each view.</param>
    /// <param name="batchSize">Rows.</param>
    /// <param name="labelled">Whether there is room for labels.</param>
    public ViewBatch(IReadOnlyList<ImageSize> viewSizes, int batchSize, bool labelled = false)
    {
        BatchSize = batchSize;
        Labels = labelled ? new int[batchSize] : [];
        _floatsPerImage = [.. viewSizes.Select(s => 3 * s.Width * s.Height)];
        // Detached from any dispose scope: a batch outlives the step that happens to be running when it is made.
        Views = [.. viewSizes.Select(s => zeros(batchSize, 3, s.Height, s.Width).DetachFromDisposeScope())];
    }

    /// <summary>Rows in the batch.</summary>
    public int BatchSize { get; }

    /// <summary>One tensor [B, 3, H, W] a view, on the CPU.</summary>
    public Tensor[] Views { get; }

    /// <summary>
    /// Class index of each row by the <see cref="IViewSource.Labels"/> of its source, <see cref="RowLabels.Missing"/> where a row has no label; empty where the
    /// source has no labels.
    /// </summary>
    public int[] Labels { get; }

    /// <summary>Where the pixels of one view of one row go: 3 × H × W floats.</summary>
    public Span<float> Pixels(int view, int row)
    {
        int floats = _floatsPerImage[view];
        return MemoryMarshal.Cast<byte, float>(Views[view].bytes).Slice(row * floats, floats);
    }

    public void Dispose()
    {
        foreach (Tensor view in Views)
            view.Dispose();
    }
}
