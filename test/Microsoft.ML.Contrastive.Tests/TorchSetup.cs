using System.Runtime.CompilerServices;
using Microsoft.ML.Contrastive.Seams;

namespace Microsoft.ML.Contrastive.Tests;

internal static class TorchSetup
{
    /// <summary>
    /// Tests use torch themselves, often before they call the library, and run in any order: without this the first of them would meet
    /// TorchSharp's own loader, which fails on some systems and then for the whole process.
    /// </summary>
    [ModuleInitializer]
    internal static void LoadTorch() => TorchRuntime.EnsureLoaded();
}
