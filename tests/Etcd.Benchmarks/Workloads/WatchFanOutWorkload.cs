using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>A thousand watches and puts that wake them; what counts is events delivered.</summary>
/// <param name="name">For the command line.</param>
/// <param name="distinctKeys">Whether each watch has a key of its own, or all have the same.</param>
internal sealed class WatchFanOutWorkload(string name, bool distinctKeys) : Workload
{
    private const int Watches = 1000;
    private const int WatchesPerStream = 10;
    private const double SlowestCreatedPerSecond = 1000;
    private static readonly TimeSpan LeastCreation = TimeSpan.FromSeconds(30);

    // Puts whose events are outstanding: enough to keep the server busy, too few for etcd's queue of 128 responses a
    // stream to overflow, after which it delivers ten times a second only.
    private const int SharedKeyWindow = 4;
    private const int DistinctKeysWindow = 100;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Summary => distinctKeys ? "1,000 watches on 1,000 keys" : "1,000 watches on one key";

    /// <inheritdoc/>
    public override IReadOnlyList<int> Clients => [Watches];

    /// <inheritdoc/>
    public override string Operation => "event";

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.Throughput, 2.0)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        int watches = bench.Clients;
        int keys = distinctKeys ? watches : 1;
        int window = distinctKeys ? DistinctKeysWindow : SharedKeyWindow;
        var board = new WatchBoard();
        using LoadSession session = bench.Open(1 + Math.Max(1, Math.Min(bench.Connections, watches / WatchesPerStream)));
        var writers = new WatchWriters(keys, watches / keys, window, board, bench.ValueBytes);
        for (int first = 0; first < watches; first += WatchesPerStream)
        {
            WatchCreateRequest[] requests =
            [
                .. Enumerable.Range(first, Math.Min(WatchesPerStream, watches - first)).Select(number =>
                    new WatchCreateRequest { Key = ByteString.CopyFrom(KeySpace.Key(number % keys)) }),
            ];
            int stream = first / WatchesPerStream;
            session.Add(new Watcher(requests, board), session.Connections[1 + (stream % (session.Connections.Count - 1))]);
        }

        session.Loops[0].Add(writers);
        session.Start();
        session.WaitUntil(() => board.CreatedCount == watches, "the creation of the watches",
            LeastCreation + TimeSpan.FromSeconds(watches / SlowestCreatedPerSecond));
        foreach (var writer in writers.Writers)
        {
            session.Add(writer, session.Connections[0]);
            session.Start(writer);
        }

        return bench.Measure(session);
    }
}
