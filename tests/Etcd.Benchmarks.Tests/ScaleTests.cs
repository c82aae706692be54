using Etcd.Benchmarks.Cli;
using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Scale;
using Etcd.Benchmarks.Workloads;

namespace Etcd.Benchmarks.Tests;

public sealed class ScaleTests
{
    private static readonly Setting Here = new("machine", "system", "1", "2", "commit", "2026-01-01", "scale");

    [Fact]
    public void Forecast_is_corrected_by_what_the_steps_took()
    {
        var forecast = new ScaleForecast([10, 10, 40]);
        Assert.Equal(60, forecast.LeftSeconds);

        forecast.StepDone(20);

        Assert.Equal(100, forecast.LeftSeconds);
        forecast.StepDone(20);
        forecast.StepDone(60);
        Assert.Equal(0, forecast.LeftSeconds);
        Assert.StartsWith("3 of 3 steps done", forecast.Announcement, StringComparison.Ordinal);
    }

    [Fact]
    public void Figure_is_the_median_of_each_products_rounds_and_missing_without_rounds()
    {
        ScaleQuantity quantity = ScaleCatalog.All[0].Quantities[0];
        var samples = new ScaleSamples([Rate(10), Rate(30), Rate(20)], []);

        Assert.Equal(new ScaleFigure(quantity.Name, 20, null), samples.Figure(quantity, Metric.Throughput));
    }

    [Fact]
    public void Table_puts_both_figures_and_their_quotient_into_a_cell()
    {
        ScaleDimension keys = ScaleCatalog.All.Single(static dimension => dimension.Name == "keys");
        var point = new ScalePoint("keys", 10_000, Here,
        [
            new ScaleFigure(keys.Quantities[0].Name, 1000, 2500), new ScaleFigure(keys.Quantities[1].Name, null, 7),
        ]);

        string[] row = ScaleReport.Rows(keys, [point])[1];

        Assert.Equal(["10 k", "1 k/s / 2.5 k/s (2.50×)", "– / 7/s (–)", "– / – (–)", "– / – (–)"], row);
    }

    [Theory]
    [InlineData("--dimension", "colours")]
    [InlineData("--min", "20", "--max", "10", "--dimension", "members")]
    [InlineData("--max", "none")]
    public void Option_that_leaves_nothing_to_measure_is_refused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => new ScaleOptions(new Options(arguments)));

    [Fact]
    public void Steps_lie_between_the_limits()
    {
        var options = new ScaleOptions(new Options(["--dimension", "watchers", "--min", "10", "--max", "1000"]));

        Assert.Equal([10, 100, 1000], options.StepsOf(options.Dimensions.Single()));
    }

    [Fact]
    public void Quantities_of_a_dimension_have_names_of_their_own() => Assert.All(
        ScaleCatalog.All, static dimension => Assert.Equal(
            dimension.Quantities.Count, dimension.Quantities.Select(static quantity => quantity.Name).Distinct().Count()));

    [Theory]
    [InlineData(new double[] { 100, 102 }, false)]
    [InlineData(new double[] { 10, 100, 102, 104 }, true)]
    [InlineData(new double[] { 100, 100, 106 }, false)]
    public void Server_is_warm_when_three_windows_are_close(double[] rates, bool steady) =>
        Assert.Equal(steady, WarmUp.IsSteady(rates));

    private static Sample Rate(long operations) => new() { Operations = operations, Seconds = 1 };
}
