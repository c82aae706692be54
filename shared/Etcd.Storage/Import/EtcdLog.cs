using Etcd.Ports.Log;

namespace Etcd.Storage.Import;

/// <summary>What a log that etcd wrote holds. Immutable.</summary>
/// <param name="Metadata">Encoded <c>etcdserverpb.Metadata</c>.</param>
/// <param name="HardState">Newest hard state.</param>
/// <param name="Markers">Snapshot records, ascending by index; the first of a whole log is at 0.</param>
/// <param name="Entries">Entries, ascending by one.</param>
internal sealed record EtcdLog(
    byte[] Metadata,
    LogHardState HardState,
    IReadOnlyList<LogSnapshotMarker> Markers,
    IReadOnlyList<LogEntry> Entries);
