namespace Etcd.Ports.Log;

/// <summary>One entry of the replicated log as the log files store it (<c>raftpb.Entry</c>).</summary>
/// <param name="Type">0 normal, 1 conf change, 2 conf change v2 (<c>raftpb.EntryType</c>).</param>
/// <param name="Term">Term in which the leader created the entry, from 1.</param>
/// <param name="Index">Position in the log, from 1, without gaps.</param>
/// <param name="Data">Payload; may be empty. Immutable, shared with the consensus core.</param>
public readonly record struct LogEntry(byte Type, ulong Term, ulong Index, ReadOnlyMemory<byte> Data);
