using Etcd.StateMachine;

namespace Etcd.Node.Diagnostics;

/// <summary>
/// Counters that the host shows under etcd's series names (metrics.md §1-3). Thread-safe to read at any time;
/// each is written by one thread or with interlocked operations.
/// </summary>
public sealed class NodeMetrics
{
    internal long LeaderChangesSeenField;
    internal long ProposalsPendingField;
    internal long ProposalsFailedField;
    internal long HeartbeatSendFailuresField;
    internal long SlowAppliesField;
    internal long SlowReadIndexesField;
    internal long ReadIndexesFailedField;
    internal long LeasesExpiredField;
    internal long LeasesRenewedField;
    internal long SnapshotAppliesInProgressField;
    internal long DroppedMessagesField;
    internal long WatchStreamsField;

    /// <summary><c>etcd_server_leader_changes_seen_total</c>.</summary>
    public long LeaderChangesSeen => Interlocked.Read(ref LeaderChangesSeenField);

    /// <summary><c>etcd_server_proposals_pending</c>.</summary>
    public long ProposalsPending => Interlocked.Read(ref ProposalsPendingField);

    /// <summary><c>etcd_server_proposals_failed_total</c>.</summary>
    public long ProposalsFailed => Interlocked.Read(ref ProposalsFailedField);

    /// <summary><c>etcd_server_heartbeat_send_failures_total</c>: ticks that came over twice the interval late
    /// while leading.</summary>
    public long HeartbeatSendFailures => Interlocked.Read(ref HeartbeatSendFailuresField);

    /// <summary><c>etcd_server_slow_apply_total</c>.</summary>
    public long SlowApplies => Interlocked.Read(ref SlowAppliesField);

    /// <summary>Counts a request, applied or read only, that took longer than is expected.</summary>
    public void CountSlowApply() => Interlocked.Increment(ref SlowAppliesField);

    /// <summary><c>etcd_server_slow_read_indexes_total</c>.</summary>
    public long SlowReadIndexes => Interlocked.Read(ref SlowReadIndexesField);

    /// <summary><c>etcd_server_read_indexes_failed_total</c>.</summary>
    public long ReadIndexesFailed => Interlocked.Read(ref ReadIndexesFailedField);

    /// <summary><c>etcd_debugging_server_lease_expired_total</c>.</summary>
    public long LeasesExpired => Interlocked.Read(ref LeasesExpiredField);

    /// <summary><c>etcd_debugging_lease_renewed_total</c>.</summary>
    public long LeasesRenewed => Interlocked.Read(ref LeasesRenewedField);

    /// <summary><c>etcd_server_snapshot_apply_in_progress_total</c>.</summary>
    public long SnapshotAppliesInProgress => Interlocked.Read(ref SnapshotAppliesInProgressField);

    /// <summary>Received peer messages dropped because the raft inbox was full.</summary>
    public long DroppedMessages => Interlocked.Read(ref DroppedMessagesField);

    /// <summary><c>etcd_debugging_mvcc_watch_stream_total</c>.</summary>
    public long WatchStreams => Interlocked.Read(ref WatchStreamsField);

    /// <summary>Called by the apply loop after each engine batch with its seconds
    /// (<c>etcd_disk_backend_commit_duration_seconds</c>). Must not block.</summary>
    public Action<double>? BackendCommitObserved { get; set; }

    /// <summary>Called by the apply loop per applied request: is it a v2 request, operation name as etcd labels
    /// it, the result, seconds (<c>etcd_server_apply_duration_seconds</c>). Must not block.</summary>
    public Action<bool, string, ApplyResult, double>? ApplyObserved { get; set; }

    /// <summary>Called by the apply loop after each step of a compaction: was it through the index (else through
    /// rows), and how long nothing was applied for it. Must not block.</summary>
    public Action<bool, TimeSpan>? CompactionStepObserved { get; set; }

    /// <summary>Called by the apply loop after the last step of a compaction with the time since the first. Must not
    /// block.</summary>
    public Action<TimeSpan>? CompactionObserved { get; set; }

    /// <summary>Called by the checkpointer with the time that making the state durable took. Must not block.</summary>
    public Action<TimeSpan>? CheckpointObserved { get; set; }

    /// <summary>Called from any thread with the time that a hash of all buckets took. Must not block.</summary>
    public Action<TimeSpan>? HashObserved { get; set; }

    /// <summary>Called from any thread with the time that a hash at a revision took. Must not block.</summary>
    public Action<TimeSpan>? RevisionHashObserved { get; set; }

    /// <summary>Called from any thread with the time that giving out the whole state took. Must not block.</summary>
    public Action<TimeSpan>? SnapshotObserved { get; set; }
}
