namespace Microsoft.ML.Contrastive.Augmentation;

/// <summary>Error function and normal quantile to double precision, without cancellation in the centre or in the tails.</summary>
internal static class NormalDistribution
{
    private const double InverseSqrtPi = 0.56418958354775628695;

    /// <summary>erf(x) for x ≥ 0. Rational approximations of W. J. Cody, Math. Comp. 23 (1969) 631–637.</summary>
    public static double Erf(double x) => x <= 0.46875 ? ErfNearZero(x) : 1 - Erfc(x);

    /// <summary>1 − erf(x) for x ≥ 0, to relative precision. Cody, as above; below 1e-300 it fades out.</summary>
    public static double Erfc(double x)
    {
        if (x <= 0.46875)
            return 1 - ErfNearZero(x);
        if (x > 27)
            return 0;

        double quotient;
        if (x <= 4)
        {
            ReadOnlySpan<double> numerator =
            [
                2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2,
                8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3, 1.23033935479799725e3,
            ];
            ReadOnlySpan<double> denominator =
            [
                1, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
                3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
            ];
            quotient = Polynomial(numerator, x) / Polynomial(denominator, x);
        }
        else
        {
            ReadOnlySpan<double> numerator =
            [
                1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2,
                6.58749161529837803e-4,
            ];
            ReadOnlySpan<double> denominator =
            [
                1, 2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3,
            ];
            double y = 1 / (x * x);
            quotient = (InverseSqrtPi - (y * Polynomial(numerator, y) / Polynomial(denominator, y))) / x;
        }

        // exp(−x²) in two factors: the square of a number with few digits is exact, which keeps the relative error small in the tail.
        double coarse = Math.Truncate(x * 16) / 16;
        return Math.Exp(-coarse * coarse) * Math.Exp(-(x - coarse) * (x + coarse)) * quotient;
    }

    /// <summary>
    /// The z ≥ 0 with Φ(z) − 1/2 = <paramref name="centre"/> and 1 − Φ(z) = <paramref name="tail"/>. Both are asked for because each is
    /// precise where the other has lost its digits. M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477–484.
    /// </summary>
    public static double Quantile(double centre, double tail)
    {
        if (centre <= 0.425)
        {
            ReadOnlySpan<double> numerator =
            [
                2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
                1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080,
            ];
            ReadOnlySpan<double> denominator =
            [
                5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
                5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1,
            ];
            double r = 0.180625 - (centre * centre);
            return centre * Polynomial(numerator, r) / Polynomial(denominator, r);
        }

        if (tail == 0)
            return double.PositiveInfinity;
        double root = Math.Sqrt(-Math.Log(tail));
        if (root <= 5)
        {
            ReadOnlySpan<double> numerator =
            [
                7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
                3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734,
            ];
            ReadOnlySpan<double> denominator =
            [
                1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
                6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1,
            ];
            return Polynomial(numerator, root - 1.6) / Polynomial(denominator, root - 1.6);
        }
        else
        {
            ReadOnlySpan<double> numerator =
            [
                2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
                2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720,
            ];
            ReadOnlySpan<double> denominator =
            [
                2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
                1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1,
            ];
            return Polynomial(numerator, root - 5) / Polynomial(denominator, root - 5);
        }
    }

    private static double ErfNearZero(double x)
    {
        ReadOnlySpan<double> numerator =
            [1.85777706184603153e-1, 3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3];
        ReadOnlySpan<double> denominator = [1, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];
        double y = x * x;
        return x * Polynomial(numerator, y) / Polynomial(denominator, y);
    }

    /// <summary>Horner's rule, highest power first.</summary>
    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        double value = 0;
        foreach (double coefficient in coefficients)
            value = (value * x) + coefficient;
        return value;
    }
}
