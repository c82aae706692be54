namespace Etcd.StateMachine;

/// <summary>One entry of the replicated log that a quorum holds and that is to be applied.</summary>
/// <param name="Kind">What <paramref name="Data"/> is.</param>
/// <param name="Term">Term of the entry, from 1.</param>
/// <param name="Index">Position in the log, from 1.</param>
/// <param name="Data">Payload, which never changes. The value of a large put is not copied out of it, all other byte
/// fields are.</param>
public readonly record struct CommittedEntry(
    CommittedEntryKind Kind,
    ulong Term,
    ulong Index,
    ReadOnlyMemory<byte> Data);
