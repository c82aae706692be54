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
    private readonly Histogram _commit;
    private readonly Histogram _commitWrite;
    private readonly Histogram _checkpointFsync;
    private readonly Histogram _checkpoint;

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
        _commit = registry.Histogram(
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
        _checkpointFsync = registry.Histogram(
            "etcd_snap_fsync_duration_seconds", "The latency distributions of fsync called by snap.", Buckets.Disk);
        _checkpoint = registry.Histogram(
            "etcd_debugging_snap_save_total_duration_seconds",
            "The total latency distributions of save called by snapshot.",
            Buckets.Disk);
        _commitWrite = CommitPart("write");
        CommitPart("rebalance");
        CommitPart("spill");

        registry.GaugeFrom(
            "etcd_mvcc_db_total_size_in_bytes",
            "Total size of the underlying database physically allocated in bytes.",
            () => member.IsStarted ? member.Engine.SizeBytes : 0);
        registry.GaugeFrom(
            "etcd_mvcc_db_total_size_in_use_in_bytes",
            "Total size of the underlying database logically in use in bytes.",
            () => member.IsStarted ? member.Engine.SizeInUseBytes : 0);

        Histogram CommitPart(string part) => registry.Histogram(
            $"etcd_debugging_disk_backend_commit_{part}_duration_seconds",
            $"The latency distributions of commit.{part} called by bboltdb backend.",
            Buckets.Disk);
    }

    /// <summary>Seconds of a database file given out.</summary>
    public Histogram BackendSnapshot { get; }

    /// <summary>Seconds of a defragmentation.</summary>
    public Histogram BackendDefragment { get; }

    /// <summary>1 while defragmenting.</summary>
    public Counter DefragmentInflight { get; }

    /// <summary>Observes an engine batch, which is written as one and has no other parts.</summary>
    public void ObserveCommit(double seconds)
    {
        _commit.Observe(seconds);
        _commitWrite.Observe(seconds);
    }

    /// <summary>Observes that the state was made durable: the part of etcd's snapshots is played by checkpoints, which
    /// are one flush.</summary>
    public void ObserveCheckpoint(TimeSpan took)
    {
        _checkpointFsync.Observe(took.TotalSeconds);
        _checkpoint.Observe(took.TotalSeconds);
    }

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
