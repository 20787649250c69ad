using Microsoft.ML.Contrastive.Augmentation;

namespace Microsoft.ML.Contrastive.Tests.Conformance.Distributions;

/// <summary>Samples of the real steps against tabulated laws of their parameters.</summary>
internal sealed class DistributionsFamily : GoldenFamily
{
    /// <summary>Twice what the README asks for: the standard error of a mean is then a sixth of its tolerance.</summary>
    private const int Rows = 400_000;

    public override string Name => "distributions";

    public override void Run(GoldenCase c, GoldenCheck check)
    {
        c.Params.Informational("samples", "probabilities", "cdf_tolerance");
        if (c.Name.StartsWith("jointcrop_boxes", StringComparison.Ordinal))
            JointBoxes(c, check);
        else if (c.Name.StartsWith("jointcrop", StringComparison.Ordinal))
            JointAreas(c, check);
        else if (c.Name.StartsWith("jointblur", StringComparison.Ordinal))
            JointSigmas(c, check);
        else if (c.Name.StartsWith("jointcolor", StringComparison.Ordinal))
            JointFactorPairs(c, check);
        else if (c.Name.StartsWith("independent_crop", StringComparison.Ordinal))
            IndependentAreas(c, check);
        else if (c.Name.StartsWith("random_resized_crop", StringComparison.Ordinal))
            BaselineBoxes(c, check);
        else if (c.Name.StartsWith("contrastive_crop", StringComparison.Ordinal))
            ContrastiveBoxes(c, check);
        else if (c.Name.StartsWith("beta_symmetric", StringComparison.Ordinal))
            Positions(c, check);
        else
            check.Unsupported($"no step has the parameters of '{c.Name}'");
    }

    /// <summary>Square crops with fractional edges on a square image: where the areas are the law's own, and so are distance and overlap.</summary>
    private static void JointAreas(GoldenCase c, GoldenCheck check)
    {
        var samples = new ViewSamples(
            new JointCrop
            {
                OutputSize = new(32, 32),
                Scale = (c.Number("s_min"), c.Number("s_max")),
                Law = c.Law(),
                AspectRatio = (1, 1),
                Boxes = CropBoxes.Fractional,
            },
            new ImageSize(512, 512),
            Rows);
        JointPairs(c, check, samples.Of(0, v => v.Scale), samples.Of(1, v => v.Scale), samples.Geometry());
    }

    private static void JointSigmas(GoldenCase c, GoldenCheck check)
    {
        var samples = new ViewSamples(
            new JointBlur { SigmaRange = (c.Number("s_min"), c.Number("s_max")), Law = c.Law(), Probability = 1 }, new ImageSize(64, 64), Rows);
        JointPairs(c, check, samples.Of(0, v => v.BlurSigma), samples.Of(1, v => v.BlurSigma), null);
    }

    private static void JointFactorPairs(GoldenCase c, GoldenCheck check)
    {
        double strength = c.Number("s_max") - 1;
        if (Math.Abs(c.Number("s_min") - (1 - strength)) > 1e-9)
        {
            check.Unsupported("a colour factor ranges over [1 - B, 1 + B]");
            return;
        }

        var samples = new ViewSamples(
            new JointColor { Brightness = strength, Factors = JointFactors.Brightness, Law = c.Law(), Probability = 1 }, new ImageSize(64, 64), Rows);
        JointPairs(c, check, samples.Of(0, v => v.Brightness), samples.Of(1, v => v.Brightness), null);
    }

    private static void JointPairs(GoldenCase c, GoldenCheck check, double[] first, double[] second, (double[] Distance, double[] Iou)? geometry)
    {
        double[] logRatio = [.. first.Zip(second, (a, b) => Math.Log(b / a))];
        var moments = new Moments(c)
            .Add("log_sr", logRatio)
            .Add("abs_log_sr", [.. logRatio.Select(Math.Abs)])
            .Add("s1", first)
            .Add("s2", second)
            .Add("abs_s1_minus_s2", [.. first.Zip(second, (a, b) => Math.Abs(a - b))])
            .AddCorrelation("corr_s1_s2", first, second);
        check.Samples("log_sr_quantiles", logRatio);
        check.Samples("log_sr_quantiles_analytic", logRatio);
        check.Samples("s1_quantiles", first);
        check.Samples("s2_quantiles", second);
        if (geometry is { } g)
            CheckGeometry(check, moments, g.Distance, g.Iou);
        check.Moments("moments", moments.Values);
    }

    private static void IndependentAreas(GoldenCase c, GoldenCheck check)
    {
        (double min, double max) = (c.Number("s_min"), c.Number("s_max"));
        var law = new IndependentLaw();
        double bound = Math.Log(max / min);
        double Cdf(double x)
        {
            // The probability at which the quantile function passes ln x.
            (double low, double high) = (0, 1);
            for (int i = 0; i < 80; i++)
            {
                double middle = 0.5 * (low + high);
                if (law.Quantile(middle, bound) <= Math.Log(x))
                    low = middle;
                else
                    high = middle;
            }

            return low;
        }

        double[] grid = [.. c.ExpectedValue("pdf_grid_x").EnumerateArray().Select(x => x.GetDouble())];
        check.NotCompared("pdf_grid_x", "it says where density and distribution function are looked up");
        check.Numbers("pdf_grid_f", grid.Select(x => law.Density(Math.Log(x), bound) / x));
        check.Numbers("cdf_grid_F", grid.Select(Cdf));
        check.Number(
            "pdf_integral",
            MathNet.Numerics.Integrate.GaussLegendre(u => law.Density(u, bound), -bound, 0, 64)
            + MathNet.Numerics.Integrate.GaussLegendre(u => law.Density(u, bound), 0, bound, 64));

        // The deviation from the distribution function on the grid needs more samples than the tables: its tolerance is 0.001.
        var samples = new ViewSamples(
            new IndependentCrop { OutputSize = new(32, 32), Scale = (min, max), AspectRatio = (1, 1), Boxes = CropBoxes.Fractional }, new ImageSize(512, 512), 5 * Rows);
        double[] first = samples.Of(0, v => v.Scale), ratio = [.. first.Zip(samples.Of(1, v => v.Scale), (a, b) => b / a)];
        check.Number("max_abs_cdf_deviation_of_samples", grid.Max(x => Math.Abs(((double)ratio.Count(r => r <= x) / ratio.Length) - Cdf(x))));
        check.Samples("ratio_quantiles", ratio);
        check.Samples("s1_quantiles", first);
        var moments = new Moments(c).Add("ratio", ratio).Add("abs_log_sr", [.. ratio.Select(r => Math.Abs(Math.Log(r)))]);
        (double[] distance, double[] iou) = samples.Geometry();
        CheckGeometry(check, moments, distance, iou);
        check.Moments("moments", moments.Values);
    }

    private static void CheckGeometry(GoldenCheck check, Moments moments, double[] distance, double[] iou)
    {
        check.Samples("center_distance_quantiles", distance);
        check.Samples("iou_quantiles", iou);
        moments.Add("center_distance_unit_square", distance).Add("iou_unit_square", iou);
    }

    private static void JointBoxes(GoldenCase c, GoldenCheck check)
    {
        c.Params.Require("tries", $"{TriedBox.Tries}");
        var samples = new ViewSamples(
            new JointCrop
            {
                OutputSize = new(32, 32),
                Scale = (c.Number("s_min"), c.Number("s_max")),
                Law = c.Law(),
                AspectRatio = c.Range("ratio"),
                Boxes = CropBoxes.Released,
            },
            c.Image(),
            Rows);
        var moments = new Moments(c);
        double[][] areas = [samples.Of(0, v => v.CropWidth * v.CropHeight), samples.Of(1, v => v.CropWidth * v.CropHeight)];
        for (int view = 0; view < 2; view++)
        {
            int number = view + 1;
            check.Samples($"i{number}_cdf_at", samples.Of(view, v => v.CropY));
            check.Samples($"j{number}_cdf_at", samples.Of(view, v => v.CropX));
            check.Samples($"h{number}_cdf_at", samples.Of(view, v => v.CropHeight));
            check.Samples($"w{number}_cdf_at", samples.Of(view, v => v.CropWidth));

            // The whole image as fallback is recorded as such: the area 1 that no draw from an open interval gives.
            check.Number($"fallback_probability{number}", samples.Of(view, v => v.Scale).Count(s => s == 1) / (double)Rows);
            moments.Add($"area_fraction{number}", [.. areas[view].Select(a => a / c.Image().Area)]);
        }

        double[] logRatio = [.. areas[0].Zip(areas[1], (a, b) => Math.Log(b / a))];
        moments.Add("log_box_area_ratio", logRatio).Add("abs_log_box_area_ratio", [.. logRatio.Select(Math.Abs)]).Add("center_distance_px", samples.CenterDistance());
        check.Moments("moments", moments.Values);
    }

    private static void BaselineBoxes(GoldenCase c, GoldenCheck check)
    {
        c.Params.Require("tries", $"{TriedBox.Tries}");
        (double Min, double Max) scale = c.Range("scale");
        ImageSize image = c.Image();
        var samples = new ViewSamples(new RandomResizedCrop { OutputSize = new(32, 32), Scale = scale, AspectRatio = c.Range("ratio") }, image, Rows / 2);
        (double[] i, double[] j) = (samples.OfAll(v => v.CropY), samples.OfAll(v => v.CropX));
        (double[] h, double[] w) = (samples.OfAll(v => v.CropHeight), samples.OfAll(v => v.CropWidth));
        double[] area = [.. h.Zip(w, (a, b) => a * b / image.Area)];
        check.Samples("i_cdf_at", i);
        check.Samples("j_cdf_at", j);
        check.Samples("h_cdf_at", h);
        check.Samples("w_cdf_at", w);
        check.Samples("area_fraction_quantiles", area);
        check.Moments(
            "moments",
            new Moments(c)
                .Add("area_fraction", area)
                .Add("log_aspect_w_over_h", [.. w.Zip(h, (a, b) => Math.Log(a / b))])
                .Add("i", i)
                .Add("j", j)
                .Add("h", h)
                .Add("w", w)
                .Values);

        // A recipe does not tell how many tries it took; the draw behind it does.
        (int fallbacks, int firstTries) = (0, 0);
        for (int row = 0; row < Rows; row++)
        {
            var random = new RandomSequence(new RowKey(2, 0, (ulong)row, 0), ViewPlan.ViewKey("View1"), 1);
            TriedBox.Draw(ref random, image, scale, c.Range("ratio"), out TriedBox box);
            fallbacks += box.Try == 0 ? 1 : 0;
            firstTries += box.Try == 1 ? 1 : 0;
        }

        check.Number("fallback_probability", fallbacks / (double)Rows);
        check.Number("first_try_acceptance", firstTries / (double)Rows);
    }

    private static void ContrastiveBoxes(GoldenCase c, GoldenCheck check)
    {
        c.Params.Require("tries", $"{TriedBox.Tries}");
        c.Params.Informational("fallback_probability");
        double[] box = c.Numbers("box_h0w0h1w1");
        ImageSize image = c.Image();
        var samples = new ViewSamples(
            new ContrastiveCrop
            {
                OutputSize = new(32, 32),
                Scale = c.Range("scale"),
                AspectRatio = c.Range("ratio"),
                Alpha = c.Number("alpha"),
                Region = new ImageRegion(box[0], box[1], box[2], box[3]),
            },
            image,
            Rows / 2);
        (double[] i, double[] j) = (samples.OfAll(v => v.CropY), samples.OfAll(v => v.CropX));
        double[] y = samples.OfAll(v => (v.CropY + (v.CropHeight / 2.0)) / image.Height), x = samples.OfAll(v => (v.CropX + (v.CropWidth / 2.0)) / image.Width);
        check.Samples("i_cdf_at", i);
        check.Samples("j_cdf_at", j);
        check.Samples("h_cdf_at", samples.OfAll(v => v.CropHeight));
        check.Samples("w_cdf_at", samples.OfAll(v => v.CropWidth));
        check.Samples("center_y_fraction_quantiles", y);
        check.Samples("center_x_fraction_quantiles", x);
        check.Moments("moments", new Moments(c).Add("i", i).Add("j", j).Add("center_y", y).Add("center_x", x).Values);
    }

    private static void Positions(GoldenCase c, GoldenCheck check)
    {
        var position = new SymmetricBeta(c.Number("alpha"));
        double[] samples = new double[Rows];
        for (int row = 0; row < Rows; row++)
            samples[row] = position.Quantile(new RandomSequence(new RowKey(3, 0, (ulong)row, 0), 0, 0).NextDouble());
        check.Samples("beta_quantiles", samples);
        check.Moments("moments", new Moments(c).Add("beta", samples).Values);
    }
}
