using Etcd.Ports.Log;
using Etcd.Storage.Wal.Format;

namespace Etcd.Storage.Wal;

/// <summary>What an open log continues from.</summary>
/// <param name="Metadata">The log's metadata.</param>
/// <param name="HardState">Newest durable hard state.</param>
/// <param name="Markers">Durable markers still of use.</param>
/// <param name="Terms">Terms of the entries.</param>
/// <param name="Segments">Every segment with the highest index in it, ascending.</param>
internal sealed record LogContents(
    byte[] Metadata,
    LogHardState HardState,
    IReadOnlyCollection<LogSnapshotMarker> Markers,
    TermRuns Terms,
    List<(SegmentName Name, ulong MaxIndex)> Segments);
