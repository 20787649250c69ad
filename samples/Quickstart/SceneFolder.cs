using SkiaSharp;

namespace Quickstart;

/// <summary>Writes the composed scenes as PNG files, a folder a class: the shape that <c>--data</c> takes too.</summary>
internal static class SceneFolder
{
    // The scenes are data: they stay the same whatever seed a run has. A change of the recipe needs a new version, or old files would stay.
    private const ulong SceneSeed = 20250225;
    private const string Version = "garment scenes, version 1\n";

    /// <summary>Writes <c>train/CLASS/NNNNN.png</c> and <c>test/CLASS/NNNNN.png</c> below a folder, unless they are there already.</summary>
    /// <param name="folder">The folder; whatever an older version left in it is replaced.</param>
    public static void EnsureWritten(string folder)
    {
        // Written last: a folder without it is incomplete.
        string completed = Path.Combine(folder, "complete.txt");
        if (File.Exists(completed) && File.ReadAllText(completed) == Version)
            return;
        Directory.CreateDirectory(folder);
        File.Delete(completed);
        Write(Garments.Train(), Path.Combine(folder, "train"), firstScene: 0);
        Write(Garments.Test(), Path.Combine(folder, "test"), firstScene: 1UL << 32);
        File.WriteAllText(completed, Version);
    }

    private static void Write(Garments garments, string folder, ulong firstScene)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        foreach (string name in Garments.ClassNames)
            Directory.CreateDirectory(Path.Combine(folder, name));

        var scenes = new GarmentScenes(SceneSeed);
        Parallel.For(0, garments.Count, i =>
        {
            byte[] pixels = scenes.Compose(garments.Pixels(i), firstScene + (ulong)i);
            using var image = SKImage.FromPixelCopy(new SKImageInfo(GarmentScenes.Side, GarmentScenes.Side, SKColorType.Gray8), pixels);
            using SKData png = image.Encode(SKEncodedImageFormat.Png, 100);
            using FileStream file = File.Create(Path.Combine(folder, garments.ClassName(i), $"{i:D5}.png"));
            png.SaveTo(file);
        });
    }
}
