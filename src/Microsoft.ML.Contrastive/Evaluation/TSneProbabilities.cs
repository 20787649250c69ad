using Microsoft.ML.Contrastive.Seams;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>How much each pair of rows belongs together: the probabilities that <see cref="TSne"/> maps (van der Maaten and Hinton 2008, equation 1 and section 3.1).</summary>
internal static class TSneProbabilities
{
    /// <summary>Rows whose distances are held at a time.</summary>
    private const int BlockRows = 256;

    /// <summary>Difference of the entropy from that of the perplexity, in nats, at which a precision counts as found.</summary>
    private const double Tolerance = 1e-6;

    private const int MostHalvings = 200;

    /// <summary>The joint probabilities of all pairs, n × n values that sum to 1, symmetric, 0 on the diagonal.</summary>
    public static float[] Of(float[] features, int dimension, double perplexity, CancellationToken cancellation)
    {
        TorchRuntime.EnsureLoaded();
        int rows = features.Length / dimension;
        float[] joint = new float[rows * rows];
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        Tensor x = FeatureRows.ToTensor(features, dimension, float64, CPU);
        x -= x.mean([0], keepdim: true);
        Tensor squaredNorms = x.square().sum([1L]);
        double[] probabilities = new double[rows];
        for (int start = 0; start < rows; start += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            using var blockScope = NewDisposeScope();
            int length = Math.Min(BlockRows, rows - start);
            double[] squared = (squaredNorms.narrow(0, start, length).unsqueeze(1) + squaredNorms - (2 * x.narrow(0, start, length).matmul(x.t()))).clamp_min(0).data<double>().ToArray();
            for (int row = start; row < start + length; row++)
            {
                Conditional(squared.AsSpan((row - start) * rows, rows), row, perplexity, probabilities);
                for (int other = 0; other < rows; other++)
                {
                    float half = (float)(probabilities[other] / (2.0 * rows));
                    joint[(row * rows) + other] += half;
                    joint[(other * rows) + row] += half;
                }
            }
        }

        return joint;
    }

    /// <summary>
    /// The probabilities exp(−precision · d²) of one row's neighbours, normalised, with the precision at which their perplexity, exp of the entropy, is the one that is asked for. It is
    /// found by bisection: the entropy falls as the precision grows.
    /// </summary>
    /// <param name="squaredDistances">From the row to all rows.</param>
    /// <param name="row">The row itself, which is no neighbour.</param>
    /// <param name="perplexity">Greater than 1 and less than the number of the others.</param>
    /// <param name="probabilities">Receives them, n values. Where more neighbours coincide with the nearest than the perplexity counts, they share everything.</param>
    public static void Conditional(ReadOnlySpan<double> squaredDistances, int row, double perplexity, Span<double> probabilities)
    {
        double nearest = double.PositiveInfinity, sum = 0;
        for (int other = 0; other < squaredDistances.Length; other++)
        {
            if (other == row)
                continue;
            nearest = Math.Min(nearest, squaredDistances[other]);
            sum += squaredDistances[other];
        }

        double low = 0, high = double.PositiveInfinity, wanted = Math.Log(perplexity);
        double mean = (sum / (squaredDistances.Length - 1)) - nearest, precision = mean > 0 ? 1 / mean : 1;
        for (int i = 0; i < MostHalvings; i++)
        {
            double difference = Entropy(squaredDistances, row, nearest, precision, probabilities) - wanted;
            if (Math.Abs(difference) <= Tolerance)
                return;
            if (difference > 0)
                low = precision;
            else
                high = precision;
            double next = double.IsInfinity(high) ? precision * 2 : (low + high) / 2;
            if (next == precision || !double.IsFinite(next))
                return;
            precision = next;
        }
    }

    private static double Entropy(ReadOnlySpan<double> squaredDistances, int row, double nearest, double precision, Span<double> probabilities)
    {
        double total = 0, weighted = 0;
        for (int other = 0; other < squaredDistances.Length; other++)
        {
            double exponent = precision * (squaredDistances[other] - nearest), weight = other == row ? 0 : Math.Exp(-exponent);
            probabilities[other] = weight;
            total += weight;
            weighted += weight > 0 ? weight * exponent : 0;
        }

        for (int other = 0; other < probabilities.Length; other++)
            probabilities[other] /= total;
        return Math.Log(total) + (weighted / total);
    }
}
