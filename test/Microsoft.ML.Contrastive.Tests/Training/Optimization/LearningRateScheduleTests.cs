using Microsoft.ML.Contrastive.Training.Optimization;

namespace Microsoft.ML.Contrastive.Tests.Training.Optimization;

public class LearningRateScheduleTests
{
    private const int StepsPerEpoch = 4;
    private const int Total = 10 * StepsPerEpoch;

    [Theory]
    [InlineData(CosineConvention.MoCoV3, 0, 8, 0.5 / Total * 10)]
    [InlineData(CosineConvention.Dino, 0, 7, 0.01)]
    [InlineData(CosineConvention.Lightly, 0.125, 7, 0)]
    [InlineData(CosineConvention.PerEpoch, 0, 8, 0.05)]
    public void Cosine_starts_peaks_and_ends_where_its_convention_says(CosineConvention convention, double first, int peak, double last)
    {
        var curve = Curve(new CosineSchedule { WarmupEpochs = 2, Convention = convention });

        Assert.Equal(first, curve[0], 10);
        Assert.Equal(1, curve[peak], 10);
        Assert.All(curve[..peak], value => Assert.InRange(value, 0, 1 - 1e-6));
        Assert.InRange(curve[^1], 0, last + 1e-12);
    }

    [Fact]
    public void Cosine_is_half_way_at_half_time_and_never_rises_after_warm_up()
    {
        var schedule = new CosineSchedule { WarmupEpochs = 2, FinalFraction = 0.2 };
        var curve = Curve(schedule);

        Assert.Equal(0.6, curve[24], 10);
        Assert.Equal(0.2, schedule.At(Total, Total, StepsPerEpoch), 10);
        Assert.All(Enumerable.Range(9, Total - 9), step => Assert.True(curve[step] < curve[step - 1]));
    }

    [Fact]
    public void Cosine_per_epoch_is_level_within_an_epoch()
    {
        var curve = Curve(new CosineSchedule { WarmupEpochs = 0, Convention = CosineConvention.PerEpoch });

        Assert.All(curve.Chunk(StepsPerEpoch), epoch => Assert.Single(epoch.Distinct()));
        Assert.Equal(10, curve.Distinct().Count());
    }

    [Theory]
    [InlineData(CosineConvention.MoCoV3)]
    [InlineData(CosineConvention.Dino)]
    [InlineData(CosineConvention.Lightly)]
    [InlineData(CosineConvention.PerEpoch)]
    public void A_training_of_one_step_or_of_warm_up_alone_has_finite_rates(CosineConvention convention)
    {
        foreach (var warmup in new[] { 0, 1, 2 })
            Assert.InRange(new CosineSchedule { WarmupEpochs = warmup, Convention = convention }.At(0, 1, 1), 0, 1);
    }

    [Fact]
    public void Steps_fall_at_the_start_of_their_epochs()
    {
        var curve = Curve(new StepSchedule { MilestoneEpochs = [6, 8], Factor = 0.1 });

        Assert.Equal([1, 1, 0.1, 0.1, 0.01, 0.01], new[] { 0, 23, 24, 31, 32, 39 }.Select(step => Math.Round(curve[step], 10)));
    }

    [Fact]
    public void A_constant_rate_may_have_a_warm_up()
    {
        Assert.All(Curve(new ConstantSchedule()), value => Assert.Equal(1, value));
        Assert.Equal([0, 0.25, 0.5, 0.75, 1, 1], Curve(new ConstantSchedule { WarmupEpochs = 1 })[..6]);
    }

    [Fact]
    public void Settings_out_of_range_are_named_and_milestones_are_compared_by_value()
    {
        Assert.Equal("MilestoneEpochs", Assert.Throws<ArgumentOutOfRangeException>(new StepSchedule { MilestoneEpochs = [5, 5] }.Validate).ParamName);
        Assert.Equal("WarmupEpochs", Assert.Throws<ArgumentOutOfRangeException>(new ConstantSchedule { WarmupEpochs = -1 }.Validate).ParamName);
        Assert.Equal("FinalFraction", Assert.Throws<ArgumentOutOfRangeException>(new CosineSchedule { FinalFraction = 2 }.Validate).ParamName);
        Assert.Equal(new StepSchedule { MilestoneEpochs = [1, 2] }, new StepSchedule { MilestoneEpochs = [1, 2] });
        Assert.NotEqual(new StepSchedule { MilestoneEpochs = [1, 2] }, new StepSchedule { MilestoneEpochs = [1, 3] });
    }

    private static double[] Curve(LearningRateSchedule schedule) => [.. Enumerable.Range(0, Total).Select(step => schedule.At(step, Total, StepsPerEpoch))];
}
