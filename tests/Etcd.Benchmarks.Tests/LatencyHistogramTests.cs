using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Tests;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(0.99)]
    [InlineData(0.999)]
    [InlineData(1.0)]
    public void Quantile_is_the_exact_one_within_a_bucket(double share)
    {
        var random = new Random(7);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 25))];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
        {
            histogram.Record(value);
        }

        long exact = values.Order().ElementAt((int)Math.Ceiling(share * values.Length) - 1);
        double found = histogram.Quantile(share);

        Assert.InRange(found, exact, (exact * (1 + (1 / 128.0))) + 1);
    }

    [Fact]
    public void Sum_of_histograms_has_the_quantiles_of_all_values()
    {
        LatencyHistogram low = new(), high = new();
        low.Record(10);
        high.Record(1000);
        low.Add(high);

        Assert.Equal(2, low.Count);
        Assert.Equal(10, low.Quantile(0.5));
        Assert.InRange(low.Quantile(1), 1000, 1008);
    }
}
