using System.Diagnostics;

namespace Microsoft.ML.Contrastive.OnnxRuntime.Tests.Samples;

/// <summary>What the applications carry, and what happens where they carry too little.</summary>
public sealed class ShippedFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("contrastive-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("StockConsumer")]
    [InlineData("ClassificationApi")]
    [InlineData("NearestImages")]
    [InlineData("NearDuplicates")]
    [InlineData("Outliers")]
    public void No_application_that_scores_carries_torch(string sample)
    {
        string program = SampleProgram.PathOf(sample);
        Assert.DoesNotContain("torch", File.ReadAllText(Path.ChangeExtension(program, ".deps.json")), StringComparison.OrdinalIgnoreCase);
        string[] files = Directory.GetFiles(Path.GetDirectoryName(program)!, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => Path.GetFileName(file).Contains("onnxruntime", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(files, file => Path.GetFileName(file).Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void ONNX_Runtime_keeps_no_identifier_of_the_machine()
    {
        using var images = new ImageFolder(classes: 1, perClass: 3);
        var start = new ProcessStartInfo("dotnet", [SampleProgram.PathOf("Outliers"), new EncoderFile().Write(_folder), images.Path]) { RedirectStandardOutput = true };
        // On build servers it keeps none anyway; here it is to believe in an ordinary machine.
        foreach (string variable in (string[])["CI", "GITHUB_ACTIONS", "TF_BUILD", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"])
            start.Environment.Remove(variable);
        start.Environment["HOME"] = _folder;
        using Process process = Process.Start(start)!;
        Assert.NotEmpty(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.DoesNotContain(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories), file => file.Contains("onnxruntime", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Without_the_native_ONNX_Runtime_the_package_to_add_is_named()
    {
        // The managed files alone; without the list of dependencies the host does not ask for the native ones.
        string program = SampleProgram.PathOf("Outliers");
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(program)!).Where(f => f.EndsWith(".dll", StringComparison.Ordinal) || f.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        string encoder = new EncoderFile().Write(_folder);
        (int exitCode, _, string errors) = SampleProgram.Execute(Path.Combine(_folder, "Outliers.dll"), encoder, _folder);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("Add the package Microsoft.ML.OnnxRuntime (or Microsoft.ML.OnnxRuntime.Gpu)", errors, StringComparison.Ordinal);
    }
}
