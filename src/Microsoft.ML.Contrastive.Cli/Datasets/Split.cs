namespace Microsoft.ML.Contrastive.Cli.Datasets;

/// <summary>Names of the parts of a data set, as the column <see cref="DatasetView.SplitColumnName"/> has them.</summary>
internal static class Split
{
    public const string Train = "train", Validation = "val", Test = "test", Unlabeled = "unlabeled";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Train, Validation, Test, Unlabeled];

    /// <summary>The split that a folder or the value of a column names, in any of the usual spellings.</summary>
    /// <returns>Null when it names none.</returns>
    public static string? Parse(string name) => name.ToLowerInvariant() switch
    {
        "train" or "training" => Train,
        "val" or "valid" or "validation" or "dev" => Validation,
        "test" or "testing" => Test,
        "unlabeled" or "unlabelled" => Unlabeled,
        _ => null,
    };
}
