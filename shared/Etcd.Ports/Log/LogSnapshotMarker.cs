namespace Etcd.Ports.Log;

/// <summary>
/// Says in the log that the state up to and including <paramref name="Index"/> is durable elsewhere
/// (<c>walpb.Snapshot</c>). Entries at or below it are no longer needed for recovery.
/// </summary>
/// <param name="Index">Last index covered.</param>
/// <param name="Term">Term of that index.</param>
/// <param name="ConfState">Encoded <c>raftpb.ConfState</c> in force at <paramref name="Index"/>.</param>
public readonly record struct LogSnapshotMarker(ulong Index, ulong Term, ReadOnlyMemory<byte> ConfState);
