using System.Diagnostics;
using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;

namespace Etcd.Benchmarks.Workloads;

/// <summary>Puts at a rate while a snapshot of the whole store is read.</summary>
/// <param name="storedKeys">How many keys it holds; the puts change them.</param>
internal sealed class SnapshotWorkload(int storedKeys) : Workload
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string Name => "snapshot";

    /// <inheritdoc/>
    public override string Summary =>
        FormattableString.Invariant($"put, 2,000/s, while a snapshot of {storedKeys:N0} keys streams");

    /// <inheritdoc/>
    public override int StoredKeys => storedKeys;

    /// <inheritdoc/>
    public override bool WarmsUp => false;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.TailLatency, 0.5)];

    /// <inheritdoc/>
    public override double RateFor(Bench reference) => 2000;

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        using LoadSession session = PacedPuts.Open(bench, storedKeys);
        session.Start();
        session.Wait(TimeSpan.FromSeconds(1));
        TimeSpan took = default;
        Sample sample = bench.Measure(session, () =>
        {
            // On a loop of its own: what the puts' answers wait for is the server alone.
            long start = Stopwatch.GetTimestamp();
            using var reading = new LoadSession(bench.Server.Endpoints, connections: 1, loops: 1, bench.Cancellation);
            var snapshot = new Reader();
            reading.Add(snapshot);
            reading.Start();
            reading.WaitUntil(() => snapshot.Ended, "the snapshot", Longest);
            took = Stopwatch.GetElapsedTime(start);
        });
        return sample with { DurationSeconds = took.TotalSeconds };
    }

    private sealed class Reader : Http2Stream
    {
        private volatile bool _ended;

        public bool Ended => _ended;

        /// <inheritdoc/>
        public override void Begin() => Connection.Open(this, GrpcMethod.Snapshot, [], last: true);

        /// <inheritdoc/>
        public override void OnEnd(int status, string? text)
        {
            _ended = true;
            if (status != 0)
            {
                throw new LoadException($"the snapshot failed: status {status}: {text}");
            }
        }
    }
}
