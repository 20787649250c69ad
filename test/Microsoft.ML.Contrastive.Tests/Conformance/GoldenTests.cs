namespace Microsoft.ML.Contrastive.Tests.Conformance;

/// <summary>The library against reference values that other implementations computed: see the README of the golden folder.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> Cases => [.. GoldenRun.Default.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Library_agrees_with_the_reference_values(string path)
    {
        var result = GoldenRun.Default.Result(path);

        output.WriteLine(result.ToString());
        Assert.True(result.Verdict != GoldenVerdict.Failed, result.ToString());
    }

    [Fact]
    public void Every_case_is_run_and_counted()
    {
        var run = GoldenRun.Default;
        var report = run.Report();

        output.WriteLine(report);
        Console.Write(report);
        if (Environment.GetEnvironmentVariable("CONTRASTIVE_GOLDEN_REPORT") is { Length: > 0 } file)
            File.WriteAllText(file, report);

        Assert.NotEmpty(run.Cases);
        Assert.Empty(run.UnknownFamilies);
        Assert.Empty(run.Cases.Select(run.Result).Where(result => result.Verdict == GoldenVerdict.Failed).Select(result => result.Path));
    }
}
