using Etcd.Member.Metrics;
using Etcd.Member.Metrics.Exposition;
using Grpc.Core;

namespace Etcd.Member.Tests.Metrics;

public sealed class ExpositionTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(1, "1")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(3.2768, "3.2768")]
    [InlineData(52.4288, "52.4288")]
    [InlineData(123456, "123456")]
    [InlineData(1048576, "1.048576e+06")]
    [InlineData(8388608, "8.388608e+06")]
    [InlineData(2147483648, "2.147483648e+09")]
    [InlineData(100000000000000000000.0, "1e+20")]
    [InlineData(-12.5, "-12.5")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    public void Numbers_are_written_as_go_writes_them(double value, string expected) =>
        Assert.Equal(expected, GoFloat.Format(value));

    [Fact]
    public void Registry_writes_families_in_order_with_escaped_labels()
    {
        var registry = new MetricRegistry();
        registry.Counters("b_total", "B.", "x", "a").Of("q\"\\\n", "1").Add(3);
        registry.GaugeFrom("a_gauge", "A.", () => 1.5);
        registry.Counters("c_total", "Never used.", "x");

        Assert.Equal(
            "# HELP a_gauge A.\n# TYPE a_gauge gauge\na_gauge 1.5\n"
                + "# HELP b_total B.\n# TYPE b_total counter\nb_total{a=\"1\",x=\"q\\\"\\\\\\n\"} 3\n",
            registry.Write());
    }

    [Fact]
    public void Histogram_counts_up_to_its_bounds()
    {
        var registry = new MetricRegistry();
        var histogram = registry.Histogram("h", "H.", [0.5, 1]);
        histogram.Observe(0.5);
        histogram.Observe(0.75);
        histogram.Observe(4);

        Assert.Contains(
            "h_bucket{le=\"0.5\"} 1\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 3\nh_sum 5.25\nh_count 3\n",
            registry.Write(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Buckets_are_those_of_etcd()
    {
        Assert.Equal((0.001, 8.192, 14), Shape(Buckets.Disk));
        Assert.Equal((0.0001, 3.2768, 16), Shape(Buckets.RoundTrip));
        Assert.Equal((0.0001, 52.4288, 20), Shape(Buckets.Apply));
        Assert.Equal((0.01, 655.36, 17), Shape(Buckets.Snapshot));
        Assert.Equal((1.0, 8388608.0, 24), Shape(Buckets.LeaseTtl));

        static (double First, double Last, int Count) Shape(IReadOnlyList<double> bounds) =>
            (bounds[0], Math.Round(bounds[^1], 10), bounds.Count);
    }

    [Fact]
    public void Every_method_and_code_starts_at_zero()
    {
        var registry = new MetricRegistry();
        var grpc = new GrpcMetrics(registry, isExtensive: false);

        var text = registry.Write();
        Assert.Equal(44 * 17, Count(text, "grpc_server_handled_total{"));
        Assert.Equal(44, Count(text, "grpc_server_started_total{"));
        Assert.DoesNotContain("grpc_server_handling_seconds", text, StringComparison.Ordinal);
        Assert.Contains(
            "grpc_server_handled_total{grpc_code=\"Canceled\",grpc_method=\"Watch\","
                + "grpc_service=\"etcdserverpb.Watch\",grpc_type=\"bidi_stream\"} 0\n",
            text,
            StringComparison.Ordinal);

        var range = grpc.For("/etcdserverpb.KV/Range", MethodType.Unary);
        range.Started();
        range.Received(10);
        range.Handled(StatusCode.OK, TimeSpan.FromMilliseconds(1));
        text = registry.Write();
        Assert.Contains(
            "grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"Range\","
                + "grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 1\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("etcd_network_client_grpc_received_bytes_total 10\n", text, StringComparison.Ordinal);
    }

    private static int Count(string text, string prefix) =>
        text.Split('\n').Count(line => line.StartsWith(prefix, StringComparison.Ordinal));
}
