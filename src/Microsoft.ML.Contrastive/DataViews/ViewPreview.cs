using Microsoft.ML.Contrastive.Augmentation;
using Microsoft.ML.Contrastive.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Contact sheets of view columns: rendered from the same plan as the columns, so that a sheet shows what a trainer reads.</summary>
internal static class ViewPreview
{
    /// <summary>Draws groups of rows that are spread evenly over their data.</summary>
    public static void Save(IHostEnvironment env, string path, IReadOnlyList<ContactSheetGroup> groups, ContactSheetOptions options)
    {
        options.Validate();
        path = CheckedPath(path);
        ContactSheetSection[] sections = [.. groups.Select(group => new ContactSheetSection(group.Title, Rows(group, options)))];
        int views = sections[0].Rows[0].Views.Count;
        if (Array.FindIndex(sections, section => section.Rows[0].Views.Count != views) is var odd and >= 0)
        {
            throw new ArgumentException(
                $"All groups of a contact sheet need the same number of views; '{sections[0].Title}' has {views} and '{sections[odd].Title}' has "
                    + $"{sections[odd].Rows[0].Views.Count}. Name the columns in {nameof(ContactSheetOptions)}.{nameof(ContactSheetOptions.ViewColumnNames)}.",
                nameof(groups));
        }

        Write(env, path, sections, options.Title, options.Columns);
    }

    /// <summary>The full path of a sheet, which can be written there: said before anything is decoded, which may take long.</summary>
    /// <exception cref="IOException">It is a folder, or lies in none.</exception>
    public static string CheckedPath(string path)
    {
        path = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(path) ?? path;
        if (Directory.Exists(path))
            throw new IOException($"The contact sheet cannot be written to '{path}': that is a folder. Give the path of a .png file.");
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The contact sheet cannot be written to '{path}': there is no folder '{folder}'. Create it first.");
        return path;
    }

    /// <summary>Writes a sheet under a temporary name and renames it, so that the file is whole or as it was before.</summary>
    public static void Write(IHostEnvironment env, string path, IReadOnlyList<ContactSheetSection> sections, string title, int? columns)
    {
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (FileStream file = File.Create(temporary))
                ContactSheet.Write(file, sections, title, columns ?? 0);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        using IChannel channel = env.Register(nameof(ContrastiveCatalog.SaveContactSheet)).Start(nameof(Write));
        channel.Info(MessageSensitivity.UserData, "{0}", $"'{path}': {sections.Sum(section => section.Rows.Count)} images with {sections[0].Rows[0].Views.Count} views each.");
    }

    /// <summary>The rows that are shown, in the order of the data.</summary>
    private static List<ContactSheetRow> Rows(ContactSheetGroup group, ContactSheetOptions options)
    {
        IDataView data = group.Views;
        string[] names = ViewColumns(data.Schema, options.ViewColumnNames);
        if (!ViewPlanMerge.TryFind(data.Schema, names, out ViewPlan? plan, out int[] views, out DataViewSchema.Column image, out string obstacle))
        {
            throw new ArgumentException(
                $"{string.Join(", ", names)} cannot be shown on one contact sheet: {obstacle}. Keep the image column in the data, and name columns made from one image column "
                    + $"in {nameof(ContactSheetOptions)}.{nameof(ContactSheetOptions.ViewColumnNames)}.",
                nameof(group));
        }

        var rows = new List<ContactSheetRow>();
        var renderer = new ViewRenderer();
        var drawn = new ViewRecipe[plan.ViewNames.Length];
        foreach (SampledImage sampled in SampledImages.Read(data, image, options.Rows))
        {
            RgbImage pixels = sampled.Source.Read();
            plan.Sample(plan.KeyOf(options.Epoch, sampled.Id.Low, sampled.Id.High), new ImageSize(pixels.Width, pixels.Height), drawn);
            rows.Add(ContactSheetRow.Render(pixels, [.. views.Select(view => drawn[view])], renderer));
        }

        if (rows.Count == 0)
            throw new ArgumentException("The data has no rows; a contact sheet needs at least one.", nameof(group));
        return rows;
    }

    /// <summary>The view columns of a schema, or those of them that were asked for.</summary>
    /// <exception cref="ArgumentException">There are none, or a column that was asked for is missing or no view.</exception>
    public static string[] ViewColumns(DataViewSchema schema, string[]? asked)
    {
        string[] views = [.. schema.Where(c => !c.IsHidden && ViewPlanAnnotation.TryGet(c, out _)).Select(c => c.Name)];
        if (views.Length == 0)
        {
            throw new ArgumentException(
                $"No column is a view: no augmentation step made one, or later steps replaced them. The columns here are {Visible(schema)}. Pass data that a crop step such "
                    + "as JointCrop has transformed.", nameof(schema));
        }

        foreach (string name in asked ?? [])
        {
            if (schema.GetColumnOrNull(name) is null)
                throw new ArgumentException($"There is no column '{name}'. The view columns here are {string.Join(", ", views)}.", nameof(asked));
            if (!views.Contains(name))
                throw new ArgumentException(
                    $"The column '{name}' is not a view: no augmentation step made it, or a later step replaced it. The view columns here are {string.Join(", ", views)}.",
                    nameof(asked));
        }

        return asked ?? views;
    }

    private static string Visible(DataViewSchema schema) => string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => c.Name));
}
