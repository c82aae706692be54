namespace Etcd.Ports.Log;

/// <summary>What a log holds when it is opened. Immutable.</summary>
/// <param name="Metadata">The bytes given at creation (<c>etcdserverpb.Metadata</c>: member id and cluster id).</param>
/// <param name="HardState">Newest hard state; all zero when none was saved.</param>
/// <param name="Marker">The newest marker not above the applied index that was asked for.</param>
/// <param name="Entries">All entries after <paramref name="Marker"/>, ascending by one from Marker.Index + 1.</param>
public sealed record RecoveredLog(
    ReadOnlyMemory<byte> Metadata,
    LogHardState HardState,
    LogSnapshotMarker Marker,
    IReadOnlyList<LogEntry> Entries);
