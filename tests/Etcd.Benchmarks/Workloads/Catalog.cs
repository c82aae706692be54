namespace Etcd.Benchmarks.Workloads;

/// <summary>All workloads, in the order of the table.</summary>
internal static class Catalog
{
    /// <summary>The least that a store may be told to hold: a range of a thousand keys needs them.</summary>
    public const int LeastStoredKeys = 1000;

    private const int SomeKeys = 100_000;
    private const int ManyKeys = 1_000_000;

    /// <summary>The workloads as they are meant.</summary>
    public static IReadOnlyList<Workload> All { get; } = Of(storedKeys: null);

    /// <summary>The workloads with stores of another size.</summary>
    /// <param name="storedKeys">At least <see cref="LeastStoredKeys"/>; null for each workload's own.</param>
    public static IReadOnlyList<Workload> Of(int? storedKeys)
    {
        int some = storedKeys ?? SomeKeys;
        int many = storedKeys ?? ManyKeys;
        return
        [
            new PutWorkload("put", sequential: false, ownValues: false),
            new PutWorkload("put-sequential", sequential: true, ownValues: false),
            new PutWorkload("put-own-values", sequential: false, ownValues: true),
            new PutRateWorkload(),
            new DiskWorkload(),
            new TxnPutWorkload(),
            new LeaseGrantWorkload(),
            new LeaseKeepAliveWorkload("lease-keepalive", once: true),
            new LeaseKeepAliveWorkload("lease-keepalive-stream", once: false),
            new WatchFanOutWorkload("watch", distinctKeys: false),
            new WatchFanOutWorkload("watch-distinct", distinctKeys: true),
            new WatchLatencyWorkload(),
            new StartWorkload("start", storedKeys: 0),
            new CompactionWorkload(many),
            RangeWorkload.OneKey("range", some, serializable: false),
            RangeWorkload.OneKey("range-serializable", some, serializable: true),
            RangeWorkload.Thousand("range-1000", some, serializable: false),
            RangeWorkload.Thousand("range-1000-serializable", some, serializable: true),
            new MixedWorkload(some),
            new KubeWorkload(some),
            new MemoryWorkload(many),
            RangeWorkload.CountAll("count", many),
            RangeWorkload.KeysOnly("keys-only", many),
            new SnapshotWorkload(many),
            new StartWorkload("restart", many),
        ];
    }

    /// <summary>The workload of a name; null when there is none.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="storedKeys">See <see cref="Of"/>.</param>
    public static Workload? Find(string name, int? storedKeys) =>
        (storedKeys is null ? All : Of(storedKeys)).FirstOrDefault(workload => workload.Name == name);
}
