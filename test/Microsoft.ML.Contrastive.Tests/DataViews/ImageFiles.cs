using Microsoft.ML.Data;

namespace Microsoft.ML.Contrastive.Tests.DataViews;

/// <summary>A folder of small images that is gone after the test.</summary>
internal sealed class ImageFiles : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("contrastive-images-").FullName;

    /// <summary>Adds an image whose size and content depend on its number; the extension decides the format.</summary>
    public string Add(string relativePath, int number = 0)
    {
        string path = PathOf(relativePath);
        using MLImage image = RecordedImages.Create(number);
        image.Save(path);
        return path;
    }

    /// <summary>Adds a file of any content.</summary>
    public string AddFile(string relativePath, string content)
    {
        string path = PathOf(relativePath);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private string PathOf(string relativePath)
    {
        string path = Path.Combine(Root, relativePath);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
