using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Training;

/// <summary>While it lives, torch computes with another number of threads.</summary>
internal sealed class TorchThreadCount : IDisposable
{
    private readonly int _before = get_num_threads();

    public TorchThreadCount(int threads) => set_num_threads(threads);

    public void Dispose() => set_num_threads(_before);
}
