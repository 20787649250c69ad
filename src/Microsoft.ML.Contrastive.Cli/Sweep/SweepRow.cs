using System.Globalization;

namespace Microsoft.ML.Contrastive.Cli.Sweep;

/// <summary>What a run is known by: a row of this key is never measured twice.</summary>
/// <param name="Data">Name of the data set.</param>
/// <param name="Method">Name of the method, or "random" for an encoder with its initial weights.</param>
/// <param name="Backbone">Name of the network.</param>
/// <param name="Epochs">Passes over the images.</param>
/// <param name="Seed">Seed of weights, order and views.</param>
/// <param name="Views">Name of the arm; see <see cref="ViewArm"/>.</param>
internal sealed record RunKey(string Data, string Method, string Backbone, int Epochs, int Seed, string Views)
{
    /// <summary>The method that trains nothing.</summary>
    public const string Random = "random";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Data},{Method},{Backbone},{Epochs},{Seed},{Views}");
}

/// <summary>A line of the rows file.</summary>
/// <param name="Key">Which run.</param>
/// <param name="Knn">Accuracy of nearest neighbours on the test images, 0 to 1; not a number where the loss left the finite numbers.</param>
/// <param name="Linear">Accuracy of the linear classifier, likewise.</param>
internal sealed record SweepRow(RunKey Key, double Knn, double Linear)
{
    public const string Header = "data,method,backbone,epochs,seed,views,knn,linear";

    private const int Cells = 8;

    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">It is none that <see cref="ToString"/> writes.</exception>
    public static SweepRow Parse(string line)
    {
        string[] cells = line.Split(',');
        if (cells.Length != Cells)
            throw new FormatException($"There are {cells.Length} cells; a row has {Cells}.");
        return new SweepRow(new RunKey(cells[0], cells[1], cells[2], Integer(cells[3]), Integer(cells[4]), cells[5]), Real(cells[6]), Real(cells[7]));

        static int Integer(string cell) => int.Parse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        static double Real(string cell) => double.Parse(cell, NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Key},{Knn:0.0000##},{Linear:0.0000##}");
}
