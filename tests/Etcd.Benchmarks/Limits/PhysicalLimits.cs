using Etcd.Benchmarks.Plots;
using Etcd.Benchmarks.Reports;

namespace Etcd.Benchmarks.Limits;

/// <summary>What disk, loopback and load client allow whatever the server does.</summary>
/// <param name="Setting">Where and when.</param>
/// <param name="Syncs">Appends made durable, by the number of puts in a batch.</param>
/// <param name="RoundTripP50Microseconds">A byte there and back over loopback, between two threads.</param>
/// <param name="RoundTripP99Microseconds">The same, the tail.</param>
/// <param name="ClientCallsPerSecond">The load client's puts against a server in this process that only answers.</param>
internal sealed record PhysicalLimits(
    Setting Setting,
    IReadOnlyList<SyncLimit> Syncs,
    double RoundTripP50Microseconds,
    double RoundTripP99Microseconds,
    double ClientCallsPerSecond)
{
    /// <summary>Measures all of them.</summary>
    /// <param name="setting">Where and when.</param>
    /// <param name="directory">On the disk in question.</param>
    /// <param name="putBytes">What a put adds to a log.</param>
    /// <param name="duration">Of each measurement.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static PhysicalLimits Measure(
        Setting setting, string directory, int putBytes, TimeSpan duration, CancellationToken cancellation)
    {
        SyncLimit[] syncs = [.. SyncLimit.Batches.Select(batch => SyncLimit.Measure(directory, putBytes, batch, duration))];
        (double middle, double tail) = Loopback.RoundTrip(duration);
        return new PhysicalLimits(
            setting, syncs, middle, tail, ClientLimit.CallsPerSecond(putBytes, duration, cancellation));
    }

    /// <summary>As a table.</summary>
    public string[][] Rows() =>
    [
        ["limit", "p50", "p99", "puts/s at most"],
        .. Syncs.Select(static sync => (string[])
        [
            $"append of {sync.Batch} puts, then fdatasync",
            SampleText.Time(sync.P50Microseconds),
            SampleText.Time(sync.P99Microseconds),
            PlotText.Of(sync.PutsPerSecond, PlotUnit.PerSecond),
        ]),
        ["a byte there and back over loopback", SampleText.Time(RoundTripP50Microseconds), SampleText.Time(RoundTripP99Microseconds), ""],
        ["the load client against a server that only answers", "", "", PlotText.Of(ClientCallsPerSecond, PlotUnit.PerSecond)],
    ];
}
