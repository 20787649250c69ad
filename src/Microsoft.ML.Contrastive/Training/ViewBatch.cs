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
    /// <param name="pinned">Whether the memory is locked in place, so that a CUDA device copies from it while the processor goes on.</param>
    public ViewBatch(IReadOnlyList<ImageSize> viewSizes, int batchSize, bool labelled = false, bool pinned = false)
    {
        BatchSize = batchSize;
        Labels = labelled ? new int[batchSize] : [];
        _floatsPerImage = [.. viewSizes.Select(s => 3 * s.Width * s.Height)];
        // Detached from any dispose scope: a batch outlives the step that happens to be running when it is made.
        Views = [.. viewSizes.Select(s => Allocate(batchSize, s, pinned).DetachFromDisposeScope())];
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

    /// <summary>
    /// The views on a device: these very tensors where that is the CPU, else copies. The batch must stay as it is until the device has made them, which reading the
    /// loss waits for.
    /// </summary>
    public Tensor[] To(Device device) => [.. Views.Select(v => v.to(device, non_blocking: true))];

    public void Dispose()
    {
        foreach (Tensor view in Views)
            view.Dispose();
    }

    private static Tensor Allocate(int batchSize, ImageSize size, bool pinned)
    {
        Tensor view = zeros(batchSize, 3, size.Height, size.Width);
        if (!pinned)
            return view;
        using (view)
            return view.pin_memory();
    }
}
