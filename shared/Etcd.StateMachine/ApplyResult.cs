using Etcd.Protocol.Errors;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Google.Protobuf;

namespace Etcd.StateMachine;

/// <summary>
/// What applying one entry answers. Response headers carry the revision only; the edge adds the cluster id, the
/// member id and the term. A response may share value objects with the store: nobody may modify it beyond that.
/// </summary>
/// <param name="RequestId">The request's id, by which its waiter is found; 0 for entries that nobody waits for.</param>
/// <param name="Response">The response message; null on an error and for requests that have none.</param>
/// <param name="Error">Why the request was refused; null on success. With <see cref="QuotaExceeded"/> it is
/// <see cref="EtcdErrors.NoSpace"/> although the request took effect.</param>
public readonly record struct ApplyResult(ulong RequestId, IMessage? Response, EtcdError? Error)
{
    /// <summary>The sweep that a compaction scheduled; a <c>physical</c> compaction answers when it is finished.
    /// </summary>
    public CompactionSweep? Sweep { get; init; }

    /// <summary>True when the request took effect but this member's engine is over its quota: the node raises the
    /// NOSPACE alarm.</summary>
    public bool QuotaExceeded { get; init; }

    /// <summary>True when the entry was applied before (its index is at or below the applied index).</summary>
    public bool Skipped { get; init; }

    /// <summary>True when a conf change was accepted; false for every other entry and when validation refused it, in
    /// which case raft must be told to change nothing.</summary>
    public bool ConfChangeAccepted { get; init; }

    /// <summary>What an accepted conf change did to the membership, for connections to peers.</summary>
    public MembershipEffect Effect { get; init; }
}
