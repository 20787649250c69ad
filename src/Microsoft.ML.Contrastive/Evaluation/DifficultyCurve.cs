using System.Globalization;
using System.Text;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>A point of a <see cref="DifficultyCurve"/>.</summary>
/// <param name="Value">The parameter that was varied.</param>
/// <param name="Difficulty">What was measured.</param>
public sealed record DifficultyPoint(double Value, StatisticalDifficulty Difficulty);

/// <summary>Statistical difficulty as a function of one parameter of the crop, all on the same images with the same random numbers. Higher means easier.</summary>
/// <param name="Parameter">What was varied, e.g. <c>β</c>.</param>
/// <param name="Points">The points in ascending order of the parameter.</param>
public sealed record DifficultyCurve(string Parameter, IReadOnlyList<DifficultyPoint> Points)
{
    /// <summary>A line a point.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (DifficultyPoint point in Points)
            text.Append(CultureInfo.InvariantCulture, $"{Parameter} {point.Value,6:0.##}  {point.Difficulty}\n");
        return text.ToString();
    }
}
