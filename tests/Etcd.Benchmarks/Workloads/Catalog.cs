namespace Etcd.Benchmarks.Workloads;

/// <summary>All workloads, in the order of the table.</summary>
internal static class Catalog
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new PutWorkload("put", sequential: false),
        new PutWorkload("put-sequential", sequential: true),
        new PutRateWorkload(),
        new DiskWorkload(),
        new TxnPutWorkload(),
        new LeaseGrantWorkload(),
        new LeaseKeepAliveWorkload(),
        new WatchFanOutWorkload("watch", distinctKeys: false),
        new WatchFanOutWorkload("watch-distinct", distinctKeys: true),
        new WatchLatencyWorkload(),
        new StartWorkload("start", storedKeys: 0),
        new CompactionWorkload(),
        RangeWorkload.OneKey("range", serializable: false),
        RangeWorkload.OneKey("range-serializable", serializable: true),
        RangeWorkload.Thousand("range-1000", serializable: false),
        RangeWorkload.Thousand("range-1000-serializable", serializable: true),
        new MixedWorkload(),
        new KubeWorkload(),
        new MemoryWorkload(),
        RangeWorkload.CountAll("count", 1_000_000),
        RangeWorkload.KeysOnly("keys-only", 1_000_000),
        new SnapshotWorkload(),
        new StartWorkload("restart", 1_000_000),
    ];

    /// <summary>The workload of a name; null when there is none.</summary>
    public static Workload? Find(string name) => All.FirstOrDefault(workload => workload.Name == name);
}
