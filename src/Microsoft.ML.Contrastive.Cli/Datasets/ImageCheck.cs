namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Decodes every image once before anything long begins.</summary>
internal static class ImageCheck
{
    private const int Named = 5;

    /// <summary>So many take long enough to be announced.</summary>
    private const int Many = 10_000;

    /// <summary>The images that can be decoded.</summary>
    /// <param name="path">The data set, for errors.</param>
    /// <param name="images">All images.</param>
    /// <param name="options">What happens to broken ones.</param>
    /// <param name="notes">Receives how many were left out, with the names of the first.</param>
    /// <exception cref="InvalidDataException">None can be decoded, or one cannot and the options refuse that.</exception>
    public static DatasetImage[] Usable(string path, DatasetImage[] images, DatasetOptions options, List<string> notes)
    {
        if (images.Length >= Many)
            options.Announce?.Invoke($"Decoding {images.Length} images once to check them.");
        string?[] problems = new string?[images.Length];
        Parallel.For(0, images.Length, new ParallelOptions { CancellationToken = options.Cancellation }, i =>
        {
            try
            {
                images[i].Source.Check(images[i].Index);
            }
            catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                problems[i] = error.Message;
            }
        });
        string[] found = [.. problems.OfType<string>()];
        if (found.Length == 0)
            return images;

        string first = string.Join(" ", found.Take(Named)) + (found.Length > Named ? " …" : "");
        if (found.Length == images.Length)
            throw new InvalidDataException($"None of the {images.Length} images of '{path}' can be decoded. {first}");
        if (options.BrokenImages == BrokenImages.Refuse)
            throw new InvalidDataException($"{found.Length} of {images.Length} images of '{path}' cannot be decoded. {first} Replace or remove them, or have them left out.");
        notes.Add($"{found.Length} of {images.Length} images cannot be decoded and were left out. {first}");
        return [.. images.Where((_, i) => problems[i] is null)];
    }
}
