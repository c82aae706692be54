using Etcd.Benchmarks.Plots;

namespace Etcd.Benchmarks.Tests;

public sealed class PlotAxisTests
{
    [Fact]
    public void Values_of_different_size_get_a_logarithmic_axis_of_powers_of_ten()
    {
        PlotAxis axis = PlotAxis.For([12, 300, 7000]);

        Assert.True(axis.IsLogarithmic);
        Assert.Equal([10, 100, 1000, 10_000], axis.Ticks);
        Assert.Equal(0, axis.Place(10));
        Assert.Equal(1.0 / 3, axis.Place(100), precision: 9);
        Assert.Equal(1, axis.Place(10_000), precision: 9);
    }

    [Theory]
    [InlineData(7.3, 2, 8)]
    [InlineData(50, 10, 50)]
    [InlineData(1234, 500, 1500)]
    [InlineData(0.9, 0.2, 1)]
    public void Values_of_like_size_get_a_linear_axis_from_zero_with_round_steps(double largest, double step, double end)
    {
        PlotAxis axis = PlotAxis.For([largest / 2, largest]);

        Assert.False(axis.IsLogarithmic);
        Assert.Equal(0, axis.Ticks[0]);
        Assert.Equal(step, axis.Ticks[1], precision: 9);
        Assert.Equal(end, axis.Ticks[^1], precision: 9);
        Assert.Equal(0, axis.Place(0));
        Assert.Equal(0.5, axis.Place(end / 2), precision: 9);
    }

    [Fact]
    public void Powers_of_ten_need_no_further_tick() =>
        Assert.Equal([1, 10, 100, 1000], PlotAxis.For([1, 1000]).Ticks);

    [Fact]
    public void Axis_of_one_value_puts_it_into_the_middle() => Assert.Equal(0.5, PlotAxis.Of([7.0]).Place(7));

    [Theory]
    [InlineData(0, PlotUnit.Count, "0")]
    [InlineData(12_345, PlotUnit.PerSecond, "12.3 k/s")]
    [InlineData(999, PlotUnit.Microseconds, "999 µs")]
    [InlineData(1500, PlotUnit.Microseconds, "1.5 ms")]
    [InlineData(2_000_000, PlotUnit.Microseconds, "2 s")]
    [InlineData(4096, PlotUnit.Bytes, "4 KiB")]
    [InlineData(1 << 20, PlotUnit.Bytes, "1 MiB")]
    [InlineData(262_000_000, PlotUnit.Memory, "262 MB")]
    [InlineData(10_000_000, PlotUnit.Count, "10 M")]
    public void Number_is_short_and_has_its_unit(double value, object unit, string text) =>
        Assert.Equal(text, PlotText.Of(value, (PlotUnit)unit));
}
