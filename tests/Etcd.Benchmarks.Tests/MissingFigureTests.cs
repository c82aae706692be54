using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Limits;
using Etcd.Benchmarks.Reports;
using Etcd.Benchmarks.Workloads;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Tests;

/// <summary>What could not be measured is refused or said to be missing; it is never a hit.</summary>
public sealed class MissingFigureTests
{
    private static readonly Setting Here = new("machine", "system", "1", "2", "commit", "2026-01-01", "compare");

    [Fact]
    public void Window_in_which_a_server_completes_nothing_is_refused_by_its_name()
    {
        using var silent = new EchoServer([], answers: false);

        LoadException refused = Assert.Throws<LoadException>(
            () => new PutWorkload("put", sequential: false, ownValues: true).Run(BenchOf(silent, "silent")));

        Assert.Contains("silent completed nothing in a window of", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_that_answers_is_measured()
    {
        using var echo = new EchoServer(new PutResponse { Header = new() { Revision = 7 } }.ToByteArray());

        Sample sample = new PutWorkload("put", sequential: false, ownValues: true).Run(BenchOf(echo, "echo"));

        Assert.True(sample.Operations > 0);
        Assert.True(sample.Value(Metric.MedianLatency) > 0);
    }

    [Fact]
    public void Calls_that_were_due_in_a_paced_window_all_count()
    {
        using var echo = new EchoServer(new PutResponse { Header = new() { Revision = 7 } }.ToByteArray());

        Sample sample = new PutRateWorkload().Run(
            BenchOf(echo, "echo") with { Rate = 1000, Duration = TimeSpan.FromMilliseconds(400) });

        // What was under way when the window opened may count too; what was due in it must.
        Assert.True(sample.Operations >= 0.99 * 1000 * sample.Seconds, $"{sample.Operations} in {sample.Seconds} s");
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1000, 0)]
    [InlineData(0, 0)]
    public void Ratio_with_a_side_that_did_nothing_is_missing_and_no_hit(long reference, long ours)
    {
        Result result = ResultOf([SampleOf(1000), SampleOf(reference)], [SampleOf(9000), SampleOf(ours)]);

        Assert.Null(result.Ratio(Metric.Throughput));
        Assert.Contains("≥ 2.0 not measured", Row.Cells(result));
        Assert.All(Row.Targets(result), static row => Assert.NotEqual("hit", row[^1]));
        Assert.DoesNotContain(Row.Cells(result), static cell => cell.Contains('∞', StringComparison.Ordinal)
            || cell.Contains("NaN", StringComparison.Ordinal));
    }

    [Fact]
    public void Ratio_is_the_median_of_the_rounds_ratios()
    {
        Result result = ResultOf(
            [SampleOf(100), SampleOf(200), SampleOf(400)], [SampleOf(300), SampleOf(500), SampleOf(800)]);

        Assert.Equal(2.5, result.Ratio(Metric.Throughput));
        Assert.Contains("≥ 2.0 hit", Row.Cells(result));
    }

    [Fact]
    public void Short_form_with_small_stores_has_no_target()
    {
        Result meant = ResultOf([SampleOf(100)], [SampleOf(300)]) with { Workload = "count" };
        Result shortForm = meant with { StoredKeys = 20_000 };

        Assert.Equal("hit", Row.Targets(meant).Single()[^1]);
        Assert.Contains("≥ 2.0 hit", Row.Cells(meant));
        Assert.Equal("–", Row.Targets(shortForm).Single()[^1]);
        Assert.Contains("–", Row.Cells(shortForm));
    }

    [Fact]
    public void Tail_of_fewer_than_a_hundred_calls_is_missing()
    {
        Assert.Null(SampleOf(99).Value(Metric.TailLatency));
        Assert.Equal(50, SampleOf(100).Value(Metric.TailLatency));
    }

    [Theory]
    [InlineData(null, "not measured")]
    [InlineData(double.PositiveInfinity, "not measured")]
    [InlineData(double.NaN, "not measured")]
    [InlineData(0.0, "not measured")]
    [InlineData(1.9, "miss")]
    [InlineData(2.0, "hit")]
    public void Verdict_needs_a_figure(double? ratio, string verdict) =>
        Assert.Equal(verdict, new Target(Metric.Throughput, 2.0).Verdict(ratio));

    [Theory]
    [InlineData(null, "not measured")]
    [InlineData(1.9, "–")]
    public void Without_an_aim_there_is_no_verdict(double? ratio, string verdict)
    {
        var shown = new Target(Metric.DiskBytes, null);

        Assert.Equal(verdict, shown.Verdict(ratio));
        Assert.Equal("–", shown.ToString());
    }

    private static Bench BenchOf(EchoServer server, string name) => new()
    {
        Server = new InProcessServer(name, server.Endpoint),
        Clients = 4,
        Connections = 2,
        Loops = 1,
        Duration = TimeSpan.FromMilliseconds(100),
        ValueBytes = 64,
        Cancellation = CancellationToken.None,
    };

    private static Sample SampleOf(long operations) => new()
    {
        Operations = operations,
        Seconds = 1,
        P50Microseconds = 10,
        P99Microseconds = 50,
    };

    private static Result ResultOf(Sample[] reference, Sample[] ours) => new()
    {
        Workload = "put",
        Clients = 100,
        Members = 1,
        ValueBytes = 64,
        Setting = Here,
        Reference = reference,
        Ours = ours,
    };
}
