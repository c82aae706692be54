using Etcd.Member.Host;
using Etcd.Member.Metrics.Exposition;
using Etcd.Storage.Wal;

namespace Etcd.Member.Metrics;

/// <summary>Series of log and engine (metrics.md §2); told by the log. Thread-safe.</summary>
internal sealed class DiskMetrics : IWalObserver
{
    private readonly Histogram _fsync;
    private readonly Histogram _write;
    private readonly Counter _bytes;

    /// <summary>Adds the families.</summary>
    public DiskMetrics(MetricRegistry registry, RunningMember member)
    {
        _fsync = registry.Histogram(
            "etcd_disk_wal_fsync_duration_seconds",
            "The latency distributions of fsync called by WAL.",
            Buckets.Disk);
        _write = registry.Histogram(
            "etcd_disk_wal_write_duration_seconds",
            "The latency distributions of write called by WAL.",
            Buckets.Disk);
        _bytes = registry.Gauge("etcd_disk_wal_write_bytes_total", "Total number of bytes written in WAL.");
        BackendCommit = registry.Histogram(
            "etcd_disk_backend_commit_duration_seconds",
            "The latency distributions of commit called by backend.",
            Buckets.Disk);
        BackendSnapshot = registry.Histogram(
            "etcd_disk_backend_snapshot_duration_seconds",
            "The latency distribution of backend snapshots.",
            Buckets.Snapshot);
        BackendDefragment = registry.Histogram(
            "etcd_disk_backend_defrag_duration_seconds",
            "The latency distribution of backend defragmentation.",
            Buckets.Defragment);
        DefragmentInflight = registry.Gauge(
            "etcd_disk_defrag_inflight", "Whether or not defrag is active on the member. 1 means active, 0 means not.");
        SnapshotDbSave = registry.Histogram(
            "etcd_snap_db_save_total_duration_seconds",
            "The total latency distributions of v3 snapshot save",
            Buckets.Transfer);
        SnapshotDbFsync = registry.Histogram(
            "etcd_snap_db_fsync_duration_seconds",
            "The latency distributions of fsyncing .snap.db file",
            Buckets.Disk);
        registry.Histogram(
            "etcd_snap_fsync_duration_seconds", "The latency distributions of fsync called by snap.", Buckets.Disk);
        foreach (var part in (string[])["rebalance", "spill", "write"])
        {
            registry.Histogram(
                $"etcd_debugging_disk_backend_commit_{part}_duration_seconds",
                $"The latency distributions of commit.{part} called by bboltdb backend.",
                Buckets.Disk);
        }

        registry.GaugeFrom(
            "etcd_mvcc_db_total_size_in_bytes",
            "Total size of the underlying database physically allocated in bytes.",
            () => member.IsStarted ? member.Engine.SizeBytes : 0);
        registry.GaugeFrom(
            "etcd_mvcc_db_total_size_in_use_in_bytes",
            "Total size of the underlying database logically in use in bytes.",
            () => member.IsStarted ? member.Engine.SizeInUseBytes : 0);
    }

    /// <summary>Seconds of an engine batch.</summary>
    public Histogram BackendCommit { get; }

    /// <summary>Seconds of a database file given out.</summary>
    public Histogram BackendSnapshot { get; }

    /// <summary>Seconds of a defragmentation.</summary>
    public Histogram BackendDefragment { get; }

    /// <summary>1 while defragmenting.</summary>
    public Counter DefragmentInflight { get; }

    /// <summary>Seconds to store a received database file.</summary>
    public Histogram SnapshotDbSave { get; }

    /// <summary>Seconds to make it durable.</summary>
    public Histogram SnapshotDbFsync { get; }

    /// <inheritdoc />
    public void OnSynced(int sizeBytes, TimeSpan write, TimeSpan sync)
    {
        _bytes.Add(sizeBytes);
        _write.Observe(write.TotalSeconds);
        _fsync.Observe(sync.TotalSeconds);
    }

    /// <inheritdoc />
    public void OnSegmentBegun(ulong sequence)
    {
        // etcd has no series for segments.
    }
}
