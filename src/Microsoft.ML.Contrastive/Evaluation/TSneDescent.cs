using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Microsoft.ML.Contrastive.Evaluation;

/// <summary>The descent of <see cref="TSne"/>: points of a plane that follow the gradient of the divergence, with momentum and a gain for each coordinate.</summary>
internal sealed class TSneDescent
{
    /// <summary>The other points of a row are gone through in lanes of so many, on whatever machine.</summary>
    private static readonly int Lanes = Vector256<float>.Count;

    private readonly int _count, _stride;
    private readonly float[] _joint, _x, _y;
    private readonly double[] _points, _velocity, _gains, _attraction, _repulsion, _weights;
    private readonly double _learningRate;

    /// <param name="joint">Probabilities of all pairs, n × n values.</param>
    /// <param name="points">The first map, n × 2 values; changed from now on.</param>
    /// <param name="learningRate">Learning rate.</param>
    public TSneDescent(float[] joint, double[] points, double learningRate)
    {
        (_count, _points, _learningRate) = (points.Length / 2, points, learningRate);
        _stride = (_count + Lanes - 1) / Lanes * Lanes;
        _joint = new float[_count * _stride];
        for (int row = 0; row < _count; row++)
            joint.AsSpan(row * _count, _count).CopyTo(_joint.AsSpan(row * _stride));

        // What fills the last lanes is so far away that it moves nothing.
        const float FarAway = 1e18f;
        (_x, _y) = (new float[_stride], new float[_stride]);
        _x.AsSpan().Fill(FarAway);
        (_velocity, _gains) = (new double[points.Length], new double[points.Length]);
        (_attraction, _repulsion, _weights) = (new double[points.Length], new double[points.Length], new double[_count]);
        _gains.AsSpan().Fill(1);
    }

    /// <summary>Moves all points once.</summary>
    /// <param name="exaggeration">Factor of the attraction.</param>
    /// <param name="momentum">Momentum.</param>
    public void Step(double exaggeration, double momentum)
    {
        double total = MeasureForces();
        const double GainStep = 0.2, GainDecay = 0.8, LowestGain = 0.01;
        for (int i = 0; i < _points.Length; i++)
        {
            // Equation 5: 4 Σ (p − q)(y − y')(1 + ‖y − y'‖²)⁻¹, with q the weight (1 + ‖y − y'‖²)⁻¹ by the sum of all.
            double gradient = 4 * ((exaggeration * _attraction[i]) - (_repulsion[i] / total));
            _gains[i] = gradient > 0 != _velocity[i] > 0 ? _gains[i] + GainStep : Math.Max(_gains[i] * GainDecay, LowestGain);
            _velocity[i] = (momentum * _velocity[i]) - (_learningRate * _gains[i] * gradient);
            _points[i] += _velocity[i];
        }

        for (int axis = 0; axis < 2; axis++)
        {
            double mean = 0;
            for (int i = axis; i < _points.Length; i += 2)
                mean += _points[i] / _count;
            for (int i = axis; i < _points.Length; i += 2)
                _points[i] -= mean;
        }
    }

    /// <summary>The points, n × 2 values.</summary>
    public float[] Points() => Array.ConvertAll(_points, value => (float)value);

    /// <summary>Kullback-Leibler divergence of the map from the probabilities, in nats.</summary>
    public double Divergence()
    {
        double total = MeasureForces(), divergence = 0;
        for (int row = 0; row < _count; row++)
        {
            for (int other = 0; other < _count; other++)
            {
                double p = _joint[(row * _stride) + other];
                if (p <= 0 || other == row)
                    continue;
                double dx = _points[2 * row] - _points[2 * other], dy = _points[(2 * row) + 1] - _points[(2 * other) + 1];
                divergence += p * Math.Log(p * total * (1 + (dx * dx) + (dy * dy)));
            }
        }

        return divergence;
    }

    /// <summary>Fills attraction and repulsion of every point; returns the sum of all pairs' weights.</summary>
    private double MeasureForces()
    {
        for (int row = 0; row < _count; row++)
            (_x[row], _y[row]) = ((float)_points[2 * row], (float)_points[(2 * row) + 1]);

        // A row sums its own lanes, and the rows are summed in their order: as many processors as there are, the sums are the same.
        Parallel.For(0, _count, MeasureForces);
        double total = 0;
        foreach (double weight in _weights)
            total += weight;
        return Math.Max(total, double.Epsilon);
    }

    private void MeasureForces(int row)
    {
        ReadOnlySpan<Vector256<float>> xs = MemoryMarshal.Cast<float, Vector256<float>>(_x), ys = MemoryMarshal.Cast<float, Vector256<float>>(_y);
        ReadOnlySpan<Vector256<float>> joint = MemoryMarshal.Cast<float, Vector256<float>>(_joint.AsSpan(row * _stride, _stride));
        Vector256<float> x = Vector256.Create(_x[row]), y = Vector256.Create(_y[row]), one = Vector256<float>.One;
        Vector256<float> weights = default, attractionX = default, attractionY = default, repulsionX = default, repulsionY = default;
        for (int i = 0; i < xs.Length; i++)
        {
            Vector256<float> dx = x - xs[i], dy = y - ys[i], weight = one / (one + (dx * dx) + (dy * dy));
            Vector256<float> attraction = joint[i] * weight, repulsion = weight * weight;
            weights += weight;
            attractionX += attraction * dx;
            attractionY += attraction * dy;
            repulsionX += repulsion * dx;
            repulsionY += repulsion * dy;
        }

        // Less the weight of the point with itself.
        _weights[row] = Sum(weights) - 1;
        (_attraction[2 * row], _attraction[(2 * row) + 1]) = (Sum(attractionX), Sum(attractionY));
        (_repulsion[2 * row], _repulsion[(2 * row) + 1]) = (Sum(repulsionX), Sum(repulsionY));
    }

    private static double Sum(Vector256<float> lanes)
    {
        double sum = 0;
        for (int i = 0; i < Vector256<float>.Count; i++)
            sum += lanes[i];
        return sum;
    }
}
