namespace Microsoft.ML.Contrastive.Encoders;

/// <summary>A verified model, on its way to a file or stream.</summary>
/// <param name="Model">The bytes of the .onnx file.</param>
/// <param name="Result">What it holds and how it compares.</param>
internal sealed record OnnxExport(byte[] Model, OnnxExportResult Result)
{
    /// <summary>Makes a model and writes it under a temporary name first, so that a file which bears its name is whole.</summary>
    public static OnnxExportResult ToFile(string path, Func<OnnxExport> make)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The folder '{folder}' of the ONNX file does not exist; create it first.");
        OnnxExport export = make();
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(temporary, export.Model);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return export.Result;
    }

    /// <summary>Makes a model and writes it to a stream.</summary>
    public static OnnxExportResult ToStream(Stream stream, Func<OnnxExport> make)
    {
        ArgumentNullException.ThrowIfNull(stream);
        OnnxExport export = make();
        stream.Write(export.Model);
        return export.Result;
    }
}
