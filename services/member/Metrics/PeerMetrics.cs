using Etcd.Member.Metrics.Exposition;

namespace Etcd.Member.Metrics;

/// <summary>Series of the wire between members (etcd's <c>rafthttp/metrics.go</c>). Thread-safe.</summary>
internal sealed class PeerMetrics
{
    /// <summary>Adds the families.</summary>
    public PeerMetrics(MetricRegistry registry)
    {
        SentBytes = registry.Counters("etcd_network_peer_sent_bytes_total", "Bytes sent to peers.", "To");
        ReceivedBytes = registry.Counters(
            "etcd_network_peer_received_bytes_total", "Bytes received from peers.", "From");
        SentFailures = registry.Counters(
            "etcd_network_peer_sent_failures_total", "Messages to peers that could not be sent.", "To");
        ReceivedFailures = registry.Counters(
            "etcd_network_peer_received_failures_total", "Messages from peers that could not be taken.", "From");
        RoundTrip = registry.Histograms(
            "etcd_network_peer_round_trip_time_seconds",
            "Round-trip time of probes to peers.",
            Buckets.RoundTrip,
            "To");
        ActivePeers = registry.Gauges("etcd_network_active_peers", "Peers that are connected.", "Local", "Remote");
        DisconnectedPeers = registry.Counters(
            "etcd_network_disconnected_peers_total", "Peers that were disconnected.", "Local", "Remote");
        KnownPeers = registry.Gauges("etcd_network_known_peers", "Peers that are known.", "Local", "Remote");
        SnapshotSent = registry.Counters("etcd_network_snapshot_send_success", "Snapshots sent.", "To");
        SnapshotSendFailures = registry.Counters(
            "etcd_network_snapshot_send_failures", "Snapshots that could not be sent.", "To");
        SnapshotSendInflight = registry.Gauges(
            "etcd_network_snapshot_send_inflights_total", "Snapshots being sent.", "To");
        SnapshotSendSeconds = registry.Histograms(
            "etcd_network_snapshot_send_total_duration_seconds",
            "Time to send a snapshot.",
            Buckets.Transfer,
            "To");
        SnapshotReceived = registry.Counters("etcd_network_snapshot_receive_success", "Snapshots received.", "From");
        SnapshotReceiveFailures = registry.Counters(
            "etcd_network_snapshot_receive_failures", "Snapshots that could not be received.", "From");
        SnapshotSave = registry.Histogram(
            "etcd_snap_db_save_total_duration_seconds",
            "The total latency distributions of v3 snapshot save",
            Buckets.Transfer);
        SnapshotFsync = registry.Histogram(
            "etcd_snap_db_fsync_duration_seconds",
            "The latency distributions of fsyncing .snap.db file",
            Buckets.Disk);
        SnapshotReceiveInflight = registry.Gauges(
            "etcd_network_snapshot_receive_inflights_total", "Snapshots being received.", "From");
        SnapshotReceiveSeconds = registry.Histograms(
            "etcd_network_snapshot_receive_total_duration_seconds",
            "Time to receive a snapshot.",
            Buckets.Transfer,
            "From");
    }

    /// <summary>Bytes sent, by receiver.</summary>
    public CounterFamily SentBytes { get; }

    /// <summary>Bytes received, by sender.</summary>
    public CounterFamily ReceivedBytes { get; }

    /// <summary>Messages not sent, by receiver.</summary>
    public CounterFamily SentFailures { get; }

    /// <summary>Messages not taken, by sender.</summary>
    public CounterFamily ReceivedFailures { get; }

    /// <summary>Seconds of a probe, by receiver.</summary>
    public HistogramFamily RoundTrip { get; }

    /// <summary>1 while connected.</summary>
    public CounterFamily ActivePeers { get; }

    /// <summary>Times that a peer was lost.</summary>
    public CounterFamily DisconnectedPeers { get; }

    /// <summary>1 per peer in the configuration.</summary>
    public CounterFamily KnownPeers { get; }

    /// <summary>Snapshots sent.</summary>
    public CounterFamily SnapshotSent { get; }

    /// <summary>Snapshots not sent.</summary>
    public CounterFamily SnapshotSendFailures { get; }

    /// <summary>Snapshots being sent.</summary>
    public CounterFamily SnapshotSendInflight { get; }

    /// <summary>Seconds to send a snapshot.</summary>
    public HistogramFamily SnapshotSendSeconds { get; }

    /// <summary>Snapshots received.</summary>
    public CounterFamily SnapshotReceived { get; }

    /// <summary>Snapshots not received.</summary>
    public CounterFamily SnapshotReceiveFailures { get; }

    /// <summary>Seconds to store a received snapshot.</summary>
    public Histogram SnapshotSave { get; }

    /// <summary>Seconds to make it durable.</summary>
    public Histogram SnapshotFsync { get; }

    /// <summary>Snapshots being received.</summary>
    public CounterFamily SnapshotReceiveInflight { get; }

    /// <summary>Seconds to receive a snapshot.</summary>
    public HistogramFamily SnapshotReceiveSeconds { get; }
}
