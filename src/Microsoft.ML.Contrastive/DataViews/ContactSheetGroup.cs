namespace Microsoft.ML.Contrastive.DataViews;

/// <summary>Some of the images of a contact sheet, under a heading of their own: for example those of one of two pipelines that are compared.</summary>
/// <param name="Title">The heading; none when empty.</param>
/// <param name="Views">Data with view columns and the image column that they are made from.</param>
public sealed record ContactSheetGroup(string Title, IDataView Views);
