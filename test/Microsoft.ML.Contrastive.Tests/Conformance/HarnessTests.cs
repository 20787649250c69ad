using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>The harness must be able to fail: on made-up cases, since the real ones are never edited.</summary>
public sealed class HarnessTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("golden-harness-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Right_values_pass()
    {
        WriteCase("right");

        Assert.Equal(GoldenVerdict.Passed, Run("right", Everything).Verdict);
    }

    [Fact]
    public void A_wrong_number_fails_and_is_named_with_its_figures()
    {
        WriteCase("wrong");

        var result = Run("wrong", (c, check) =>
        {
            Everything(c, check);
            check.Number("loss", 2.1);
        });

        Assert.Equal(GoldenVerdict.Failed, result.Verdict);
        Assert.Contains("loss: got 2.1, expected 2", result.Details, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10.0099f, GoldenVerdict.Passed)]
    [InlineData(10.0102f, GoldenVerdict.Failed)]
    [InlineData(float.NaN, GoldenVerdict.Failed)]
    public void An_arrays_bound_is_taken_from_its_largest_value(float last, GoldenVerdict verdict)
    {
        // rtol 1e-3 and atol 0 on values up to 10: every element may be 0.01 off, the small ones too.
        WriteCase("array");

        Assert.Equal(verdict, Run("array", (c, check) =>
        {
            Everything(c, check);
            check.Array("grad", [0.0099f, 1, last]);
        }).Verdict);
    }

    [Fact]
    public void An_array_of_another_length_fails()
    {
        WriteCase("short");

        Assert.Equal(GoldenVerdict.Failed, Run("short", (c, check) =>
        {
            Everything(c, check);
            check.Array("grad", [0, 1]);
        }).Verdict);
    }

    [Fact]
    public void A_forgotten_expected_entry_fails_and_an_optional_one_does_not()
    {
        WriteCase("forgotten");

        var result = Run("forgotten", (_, check) => check.Number("loss", 2));

        Assert.Equal(GoldenVerdict.Failed, result.Verdict);
        Assert.Contains("grad: expected, but never compared", result.Details, StringComparison.Ordinal);
        Assert.DoesNotContain("other_implementation", result.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void A_case_of_which_nothing_is_compared_fails()
    {
        WriteCase("excused");

        Assert.Equal(GoldenVerdict.Failed, Run("excused", (c, check) =>
        {
            foreach (var name in c.ExpectedNames)
                check.NotCompared(name, "another variant");
        }).Verdict);
    }

    [Fact]
    public void A_deviation_from_an_optional_entry_is_reported_but_no_failure()
    {
        WriteCase("optional");

        var result = Run("optional", (c, check) =>
        {
            Everything(c, check);
            check.Number("other_implementation", 5);
        });

        Assert.Equal(GoldenVerdict.Passed, result.Verdict);
        Assert.Contains("optional other_implementation", result.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unsupported_case_is_counted_with_its_reason_unless_it_also_fails()
    {
        WriteCase("unsupported");

        var unsupported = Run("unsupported", (_, check) => check.Unsupported("no such optimiser"));
        var failed = Run("unsupported", (_, check) =>
        {
            check.Number("loss", 3);
            check.Unsupported("the rest is missing");
        });

        Assert.Equal((GoldenVerdict.Unsupported, "no such optimiser"), (unsupported.Verdict, unsupported.Details));
        Assert.Equal(GoldenVerdict.Failed, failed.Verdict);
    }

    [Fact]
    public void Integers_are_exact_apart_from_the_ambiguous_rows()
    {
        WriteCase("integers");

        Assert.Equal(GoldenVerdict.Passed, Run("integers", (c, check) =>
        {
            Everything(c, check);
            check.Integers("labels", [7, 8, 99]);
        }).Verdict);
        Assert.Equal(GoldenVerdict.Failed, Run("integers", (c, check) =>
        {
            Everything(c, check);
            check.Integers("labels", [7, 9, 9]);
        }).Verdict);
    }

    [Theory]
    [InlineData("photo_flip", 1, 2, GoldenVerdict.Failed)]
    [InlineData("photo_hue", 1, 2, GoldenVerdict.Passed)]
    [InlineData("photo_hue", 3, 2, GoldenVerdict.Failed)]
    [InlineData("photo_flip", 1000, 1, GoldenVerdict.Failed)]
    public void Images_are_held_to_both_bounds_and_exceptions_are_for_hue_chains_and_blur(string name, int changed, byte levels, GoldenVerdict verdict)
    {
        // max_abs 1, mean_abs 0.5, of 1000 values 0.2 % are two.
        WriteCase(name);
        var image = new byte[1000];
        image.AsSpan(0, changed).Fill(levels);

        Assert.Equal(verdict, Run(name, (c, check) =>
        {
            Everything(c, check);
            check.Image("image", image);
        }).Verdict);
    }

    [Fact]
    public void Statistics_of_a_tensor_are_bounded_by_the_larger_of_mean_and_deviation()
    {
        // rtol 0.1: mean 0.001 beside std 1 may be off by 0.1, the norm 5 by 0.5.
        WriteCase("statistics");

        Assert.Equal(GoldenVerdict.Passed, Run("statistics", (c, check) =>
        {
            Everything(c, check);
            check.Statistics("final_statistics", Of(0.09, 1, 5.4));
        }).Verdict);
        Assert.Equal(GoldenVerdict.Failed, Run("statistics", (c, check) =>
        {
            Everything(c, check);
            check.Statistics("final_statistics", Of(0.001, 1.2, 5));
        }).Verdict);

        static Dictionary<string, (double, double, double)> Of(double mean, double std, double l2) => new() { ["conv1.weight"] = (mean, std, l2) };
    }

    [Theory]
    [InlineData(1.0, GoldenVerdict.Passed)]
    [InlineData(0.98, GoldenVerdict.Failed)]
    public void Samples_are_held_to_the_tabulated_distribution(double scale, GoldenVerdict verdict)
    {
        WriteCase("samples");
        var samples = Enumerable.Range(0, 200_000).Select(i => scale * (i + 0.5) / 200_000).ToArray();

        Assert.Equal(verdict, Run("samples", (c, check) =>
        {
            Everything(c, check);
            check.Samples("u_quantiles", samples);
        }).Verdict);
    }

    [Fact]
    public void Too_few_samples_are_no_verdict()
    {
        WriteCase("few");

        Assert.Equal(GoldenVerdict.Failed, Run("few", (c, check) =>
        {
            Everything(c, check);
            check.Samples("u_quantiles", [0.5]);
        }).Verdict);
    }

    [Fact]
    public void A_truncated_array_fails_its_case()
    {
        WriteCase("truncated");
        var file = Path.Combine(_root, "losses/truncated/exp_grad.npy");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);

        var result = Run("truncated", Everything);

        Assert.Equal(GoldenVerdict.Failed, result.Verdict);
        Assert.Contains("truncated", result.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void A_family_that_nothing_knows_is_a_failure()
    {
        WriteCase("case", family: "segmentation");

        var run = new GoldenRun(_root, []);

        Assert.Equal(["segmentation"], run.UnknownFamilies);
        Assert.Equal(GoldenVerdict.Failed, run.Result("segmentation/case").Verdict);
        Assert.EndsWith("golden: 1 cases, 1 failed, 0 unsupported", run.Report().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_folder_of_photographs_is_no_case()
    {
        WriteCase("photo_flip", family: "augment");
        Directory.CreateDirectory(Path.Combine(_root, "augment/images"));

        Assert.Equal(["augment/photo_flip"], new GoldenRun(_root, []).Cases);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Arrays_of_every_format_version_are_read(byte version)
    {
        var array = NpyArray.Parse(Npy("<f4", "(2, 1)", [1.5f, -2f], version));

        Assert.Equal("float32", array.DType);
        Assert.Equal([2, 1], array.Shape);
        Assert.Equal([1.5f, -2f], array.Floats());
        Assert.Throws<InvalidOperationException>(array.Longs);
    }

    [Theory]
    [InlineData("<f8", "(1,)", "element type")]
    [InlineData("<f4", "(2,)", "truncated")]
    [InlineData("<f4", "(2147483647, 2147483647, 2147483647)", "truncated")]
    [InlineData("<f4", "(-1,)", "non-negative")]
    [InlineData("<f4", "()", null)]
    public void An_array_that_its_file_does_not_bear_out_is_refused(string descr, string shape, string? refusal)
    {
        var file = Npy(descr, shape, [1f]);

        if (refusal is null)
            Assert.Empty(NpyArray.Parse(file).Shape);
        else
            Assert.Contains(refusal, Assert.Throws<InvalidDataException>(() => NpyArray.Parse(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(2,)", 2)]
    [InlineData("()", 1)]
    public void Every_prefix_of_an_array_is_refused(string shape, int count)
    {
        var file = Npy("<f4", shape, new float[count]);

        for (var length = 0; length < file.Length; length++)
            Assert.Throws<InvalidDataException>(() => NpyArray.Parse(file.AsSpan(0, length)));
    }

    [Fact]
    public void A_parameter_that_the_handler_does_not_look_at_fails_by_name()
    {
        WriteCase("ignored", parameters: new { cdf_tolerance = 0.005, probabilities = new[] { 0.25, 0.5, 0.75 }, nesterov = true, queue_layout = "(rows, columns)" });

        var result = Run("ignored", Everything);
        Assert.Equal(GoldenVerdict.Failed, result.Verdict);
        Assert.Equal("the parameter 'nesterov' = true is not handled", result.Details); // What a layout is, is explained to people.

        Assert.Equal(GoldenVerdict.Passed, new GoldenRun(_root, [new Family((c, check) =>
        {
            Assert.True(c.Params.Flag("nesterov", false));
            Everything(c, check);
        })]).Result("losses/ignored").Verdict);
    }

    /// <summary>When a target moves, in what order a queue is filled, whether a loss has both directions: such things are written as sentences.</summary>
    [Fact]
    public void A_convention_in_words_is_not_taken_for_an_explanation()
    {
        WriteCase("words", parameters: new { cdf_tolerance = 0.005, probabilities = new[] { 0.25, 0.5, 0.75 }, ema = "before the targets are computed" });

        Assert.Equal("the parameter 'ema' = \"before the targets are computed\" is not handled", Run("words", Everything).Details);
    }

    [Fact]
    public void A_convention_that_the_library_does_not_have_fails_by_name_and_value()
    {
        WriteCase("convention", parameters: new { cdf_tolerance = 0.005, probabilities = new[] { 0.25, 0.5, 0.75 }, center_init = "ones" });

        var result = Run("convention", (c, check) =>
        {
            c.Params.Require("center_init", "zeros");
            Everything(c, check);
        });

        Assert.Contains("The parameter 'center_init' is \"ones\"; this runner knows 'zeros'", result.Details, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_that_a_case_does_not_expect_is_not_compared()
    {
        WriteCase("fewer");

        Assert.Equal(GoldenVerdict.Passed, Run("fewer", (c, check) =>
        {
            Everything(c, check);
            check.Number("accuracy", 0.5);
        }).Verdict);
    }

    private static void Everything(GoldenCase c, GoldenCheck check)
    {
        check.Number("loss", 2);
        check.Array("grad", [0, 1, 10]);
        check.Integers("labels", [7, 8, 9]);
        check.Image("image", new byte[1000]);
        check.Numbers("schedule", [1, 2, 3]);
        check.Numbers("norms", new Dictionary<string, double> { ["a"] = 1 });
        check.Statistics("final_statistics", new Dictionary<string, (double, double, double)> { ["conv1.weight"] = (0.001, 1, 5) });
        check.Distribution("u_quantiles", u => u);
        check.Moments("moments", new Dictionary<string, double> { ["u_mean"] = 0.502, ["u_std"] = 0.29, ["correlation"] = 0.009 });
    }

    private static byte[] Npy(string descr, string shape, ReadOnlySpan<float> values, byte version = 1)
    {
        var data = new byte[4 * values.Length];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(4 * i), values[i]);
        return Npy(descr, shape, data, version);
    }

    private static byte[] Npy(string descr, string shape, byte[] data, byte version = 1)
    {
        var header = Encoding.UTF8.GetBytes($"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        var length = new byte[version == 1 ? 2 : 4];
        if (version == 1)
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. data];
    }

    private GoldenResult Run(string name, Action<GoldenCase, GoldenCheck> run) => new GoldenRun(_root, [new Family(run)]).Result($"losses/{name}");

    private void WriteCase(string name, string family = "losses", object? parameters = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, family, name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, "exp_grad.npy"), Npy("<f4", "(3,)", [0f, 1f, 10f]));
        File.WriteAllBytes(Path.Combine(folder, "exp_image.npy"), Npy("|u1", "(1000,)", new byte[1000]));
        byte[] labels = [7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0];
        File.WriteAllBytes(Path.Combine(folder, "exp_labels.npy"), Npy("<i8", "(3,)", labels));
        File.WriteAllText(Path.Combine(folder, "case.json"), JsonSerializer.Serialize(new
        {
            @case = name,
            family,
            @params = parameters ?? new { cdf_tolerance = 0.005, probabilities = new[] { 0.25, 0.5, 0.75 } },
            inputs = new { },
            expected = new Dictionary<string, object>
            {
                ["loss"] = new { value = 2.0, rtol = 1e-5, atol = 1e-6 },
                ["grad"] = new { file = "exp_grad.npy", dtype = "float32", shape = new[] { 3 }, rtol = 1e-3, atol = 0.0 },
                ["labels"] = new { file = "exp_labels.npy", dtype = "int64", shape = new[] { 3 }, rtol = 0, atol = 0, ambiguous_rows = new[] { 2 } },
                ["image"] = new { file = "exp_image.npy", dtype = "uint8", shape = new[] { 1000 }, rtol = 0, atol = 1, max_abs = 1, mean_abs = 0.5 },
                ["schedule"] = new { value = new object[] { 1, new[] { 2, 3 } }, rtol = 0, atol = 0 },
                ["norms"] = new { value = new { a = 1.0 }, rtol = 0, atol = 0 },
                ["final_statistics"] = new
                {
                    value = new Dictionary<string, object> { ["conv1.weight"] = new { shape = new[] { 1 }, mean = 0.001, std = 1.0, l2 = 5.0 } },
                    rtol = 0.1,
                    atol = 0,
                },
                ["u_quantiles"] = new { value = new[] { 0.25, 0.5, 0.75 }, rtol = 0, atol = 0 },
                ["moments"] = new { value = new { u_mean = 0.5, u_std = 0.2887, correlation = 0.0 }, rtol = 0, atol = 0 },
                ["other_implementation"] = new { value = 4.0, rtol = 0, atol = 0, optional = true },
            },
        }));
    }

    private sealed class Family(Action<GoldenCase, GoldenCheck> run) : GoldenFamily
    {
        public override string Name => "losses";

        public override void Run(GoldenCase c, GoldenCheck check) => run(c, check);
    }
}
