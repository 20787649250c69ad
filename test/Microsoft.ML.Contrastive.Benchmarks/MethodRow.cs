using System.Globalization;

namespace Microsoft.ML.Contrastive.Benchmarks;

/// <summary>One run, a line of the CSV file.</summary>
/// <param name="Method">The method's name, or "random" for an encoder with its initial weights.</param>
/// <param name="Crop">The crop's name.</param>
/// <param name="Seed">Seed of weights, order and views.</param>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="Knn">Nearest-neighbour accuracy on test images, 0 to 1; not a number where the loss left the finite numbers.</param>
/// <param name="Loss">Mean loss of the last epoch; not a number without one.</param>
/// <param name="Seconds">Time of the training.</param>
internal sealed record MethodRow(string Method, string Crop, int Seed, int Epochs, double Knn, double Loss, double Seconds)
{
    public const string Header = "method,crop,seed,epochs,knn,loss,seconds";

    public static MethodRow Parse(string line)
    {
        string[] cells = line.Split(',');
        return new MethodRow(cells[0], cells[1], Integer(cells[2]), Integer(cells[3]), Real(cells[4]), Real(cells[5]), Real(cells[6]));

        static int Integer(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

        static double Real(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Method},{Crop},{Seed},{Epochs},{Knn:F4},{Loss:F4},{Seconds:F1}");
}
