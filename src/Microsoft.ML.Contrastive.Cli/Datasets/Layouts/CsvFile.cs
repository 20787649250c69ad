using System.Text;
using Microsoft.ML.Contrastive.Cli.Datasets.Files;

namespace Microsoft.ML.Contrastive.Cli.Datasets.Layouts;

/// <summary>A table with a column of paths, and of labels and splits as may be. Quotes as in RFC 4180; fields are separated by whichever of ',', ';' and tab the first line has most of.</summary>
internal static class CsvFile
{
    private static readonly string[] ImageColumns = ["imagepath", "image_path", "filepath", "file_path", "filename", "file_name", "image", "path", "file"];
    private static readonly string[] LabelColumns = ["label", "class", "category", "target"], SplitColumns = ["split", "set", "subset"];

    /// <summary>Reads the table.</summary>
    /// <exception cref="InvalidDataException">It has no column of paths, or a line has too few fields.</exception>
    public static DatasetContents? Read(FileTree tree)
    {
        if (tree is not FolderTree { IsSingleFile: true } || Path.GetExtension(tree.Names[0]).ToLowerInvariant() is not (".csv" or ".tsv"))
            return null;
        string name = tree.NameOf(0), text = tree.ReadText(0);
        string firstLine = text.Split('\n', 2)[0];
        char separator = ",;\t".MaxBy(c => firstLine.Count(other => other == c));
        var lines = Records(text, separator, name).ToList();
        string[] columns = lines.Count == 0 ? [] : [.. lines[0].Fields.Select(field => field.Trim().ToLowerInvariant())];
        int image = Column(ImageColumns), label = Column(LabelColumns), split = Column(SplitColumns), needed = Math.Max(image, Math.Max(label, split)) + 1;
        if (image < 0)
            throw new InvalidDataException($"'{name}' has no column of images: its first line must name one of {string.Join(", ", ImageColumns)}; it has {string.Join(", ", columns)}.");

        var images = new List<ListedImage>();
        foreach ((int line, List<string> fields) in lines.Skip(1))
        {
            if (fields.Count < needed)
                throw new InvalidDataException($"'{name}' has {fields.Count} fields in line {line}; its first line names {columns.Length}.");
            string itsSplit = split < 0 ? Split.Train : Split.Parse(fields[split].Trim())
                ?? throw new InvalidDataException($"'{name}' has the split '{fields[split].Trim()}' in line {line}; there are {string.Join(", ", Split.All)}.");
            string itsLabel = label < 0 ? "" : fields[label].Trim();
            bool isUnlabelled = itsSplit == Split.Unlabeled || Split.Parse(itsLabel) == Split.Unlabeled;
            images.Add(new ListedImage(fields[image].Trim(), isUnlabelled ? "" : itsLabel, isUnlabelled ? Split.Unlabeled : itsSplit));
        }

        return images.Count == 0 ? throw new InvalidDataException($"'{name}' has no line behind the names of its columns.") : ListedImages.Contents(tree, images);

        int Column(string[] names) => names.Select(known => Array.IndexOf(columns, known)).FirstOrDefault(index => index >= 0, -1);
    }

    /// <summary>Lines, a quoted field may hold several, with the number of the first.</summary>
    private static IEnumerable<(int Line, List<string> Fields)> Records(string text, char separator, string name)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        int line = 1, start = 1;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            line += c == '\n' ? 1 : 0;
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append(c);
                i++;
            }
            else if (c == '"' && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (quoted || (c != separator && c is not ('\r' or '\n')))
            {
                field.Append(c);
            }
            else if (c != '\r')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c != '\n')
                    continue;
                if (fields.Count > 1 || fields[0].Length > 0)
                    yield return (start, fields);
                (fields, start) = ([], line);
            }
        }

        if (quoted)
            throw new InvalidDataException($"'{name}' has a quote in line {start} that does not end.");
        fields.Add(field.ToString());
        if (fields.Count > 1 || fields[0].Length > 0)
            yield return (start, fields);
    }
}
