using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.Benchmarks.Workloads;

/// <summary>
/// What a Kubernetes API server asks for: objects created if absent, updated and deleted if unchanged since they were
/// read, read alone, listed in pages at one revision, leased; and watchers on everything.
/// </summary>
/// <param name="storedKeys">Keys that are listed.</param>
internal sealed class KubeWorkload(int storedKeys) : Workload
{
    private const int Watchers = 5;

    /// <inheritdoc/>
    public override string Name => "kube";

    /// <inheritdoc/>
    public override string Summary => "Kubernetes-like mix with 5 watches on all keys";

    /// <inheritdoc/>
    public override int StoredKeys => storedKeys;

    /// <inheritdoc/>
    public override IReadOnlyList<Target> TargetsFor(int clients) => [new(Metric.Throughput, 2.0)];

    /// <inheritdoc/>
    public override Sample Run(Bench bench)
    {
        var board = new WatchBoard();
        using LoadSession session = bench.Open(Math.Max(2, Math.Min(bench.Connections, bench.Clients)));
        for (int i = 0; i < bench.Clients; i++)
        {
            session.Add(new KubeCaller(i, storedKeys, bench.ValueBytes));
        }

        Uri endpoint = bench.Server.Endpoints[0];
        StatusResponse status = SingleCall.Call(
            endpoint, GrpcMethod.Status, new StatusRequest(), StatusResponse.Parser, bench.Cancellation);
        var watch = new WatchCreateRequest
        {
            Key = ByteString.CopyFromUtf8(KubeCaller.Registry),
            RangeEnd = ByteString.CopyFromUtf8(KubeCaller.RegistryEnd),
            StartRevision = status.Header.Revision + 1,
            PrevKv = true,
            ProgressNotify = true,
        };
        for (int i = 0; i < Watchers; i++)
        {
            session.Add(new Watcher([watch], board) { Counts = false });
        }

        session.Start();
        return bench.Measure(session);
    }
}
