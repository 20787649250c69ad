namespace StockConsumer;

/// <summary>What the model takes. The label is what training used; a model that maps it to a key wants the column, whatever it holds.</summary>
internal sealed class ImageRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}

/// <summary>What the model gives.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];

    public float[] Features { get; set; } = [];
}
