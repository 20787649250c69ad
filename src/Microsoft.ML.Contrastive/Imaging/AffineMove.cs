using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Imaging;

/// <summary>
/// Reads each pixel from another place of the image, between pixels by interpolation; places outside get a colour (Pillow's <c>Image.transform</c> with AFFINE). Unlike a resize it is not
/// antialiased, truncates what it interpolates, and its cubic has a = −1.
/// </summary>
internal sealed class AffineMove
{
    private byte[] _moved = [];

    /// <summary>Moves the planes.</summary>
    public void Run(Span<byte> planes, int width, int height, Matrix matrix, ResizeFilter filter, (byte Red, byte Green, byte Blue) fill)
    {
        Span<byte> moved = Scratch.Of(ref _moved, planes.Length);
        int length = width * height;
        moved[..length].Fill(fill.Red);
        moved.Slice(length, length).Fill(fill.Green);
        moved.Slice(2 * length, length).Fill(fill.Blue);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                (double fromX, double fromY) = matrix.Apply(x + 0.5, y + 0.5);
                if (!(fromX >= 0 && fromX < width && fromY >= 0 && fromY < height))
                    continue;
                for (int start = 0, to = (y * width) + x; start < planes.Length; start += length, to += length)
                {
                    ReadOnlySpan<byte> plane = planes.Slice(start, length);
                    moved[to] = filter == ResizeFilter.Bilinear
                        ? Bilinear(plane, width, height, fromX - 0.5, fromY - 0.5)
                        : Bicubic(plane, width, height, fromX - 0.5, fromY - 0.5);
                }
            }
        }

        moved.CopyTo(planes);
    }

    private static byte Bilinear(ReadOnlySpan<byte> plane, int width, int height, double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        (double dx, double dy) = (x - left, y - top);
        double upper = Along(plane.Slice(Math.Clamp(top, 0, height - 1) * width, width), left, dx);
        double lower = top + 1 >= 0 && top + 1 < height ? Along(plane.Slice((top + 1) * width, width), left, dx) : upper;
        return (byte)(upper + ((lower - upper) * dy));

        static double Along(ReadOnlySpan<byte> row, int left, double d)
        {
            int near = row[Math.Clamp(left, 0, row.Length - 1)], far = row[Math.Clamp(left + 1, 0, row.Length - 1)];
            return near + ((far - near) * d);
        }
    }

    private static byte Bicubic(ReadOnlySpan<byte> plane, int width, int height, double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        (double dx, double dy) = (x - left, y - top);
        Span<double> rows = stackalloc double[4];
        for (int k = 0; k < 4; k++)
        {
            // The first row is brought into the image; each further one outside repeats the one before.
            int row = top - 1 + k;
            if (k > 0 && (row < 0 || row >= height))
            {
                rows[k] = rows[k - 1];
                continue;
            }

            ReadOnlySpan<byte> line = plane.Slice(Math.Clamp(row, 0, height - 1) * width, width);
            rows[k] = Cubic(At(line, left - 1), At(line, left), At(line, left + 1), At(line, left + 2), dx);
        }

        double value = Cubic(rows[0], rows[1], rows[2], rows[3], dy);
        return value <= 0 ? (byte)0 : value >= 255 ? (byte)255 : (byte)value;

        static double At(ReadOnlySpan<byte> line, int x) => line[Math.Clamp(x, 0, line.Length - 1)];

        static double Cubic(double a, double b, double c, double d, double t) =>
            b + (t * (-a + c + (t * ((2 * (a - b)) + c - d + (t * (-a + b - c + d))))));
    }

    /// <summary>From a place in the result to the place in the image that it shows.</summary>
    public readonly record struct Matrix(double Xx, double Xy, double X, double Yx, double Yy, double Y)
    {
        public (double X, double Y) Apply(double x, double y) => ((Xx * x) + (Xy * y) + X, (Yx * x) + (Yy * y) + Y);

        /// <summary>The matrix of a move.</summary>
        public static Matrix Of(RandAugmentOperation operation, double argument, int width, int height) => operation switch
        {
            RandAugmentOperation.Rotate => Rotation(argument, width / 2.0, height / 2.0),
            RandAugmentOperation.ShearX => new(1, argument, 0, 0, 1, 0),
            RandAugmentOperation.ShearY => new(1, 0, 0, argument, 1, 0),
            RandAugmentOperation.TranslateX => new(1, 0, argument * width, 0, 1, 0),
            RandAugmentOperation.TranslateY => new(1, 0, 0, 0, 1, argument * height),
            _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, $"{operation} does not move pixels."),
        };

        /// <summary>Pillow's <c>Image.rotate</c>: fifteen digits, about the middle.</summary>
        private static Matrix Rotation(double degrees, double middleX, double middleY)
        {
            double angle = -double.DegreesToRadians(((degrees % 360) + 360) % 360);
            double cosine = Math.Round(Math.Cos(angle), 15), sine = Math.Round(Math.Sin(angle), 15);
            return new(
                cosine, sine, (cosine * -middleX) + (sine * -middleY) + middleX,
                -sine, cosine, (-sine * -middleX) + (cosine * -middleY) + middleY);
        }
    }
}
