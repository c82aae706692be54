using Etcd.Raft;

namespace Etcd.Node.Loops;

/// <summary>What the log writer tells whom.</summary>
internal sealed class WalWriterWiring
{
    /// <summary>This member: answers to it go through <see cref="Written"/>.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>To another member; returns at once.</summary>
    public required Action<Message> Send { get; init; }

    /// <summary>Writes that are durable now, in order; the list is valid during the call.</summary>
    public required Action<List<Message>> Written { get; init; }

    /// <summary>Replaces the state machine's content by a received snapshot; blocks until that is durable.</summary>
    public required Action<Snapshot> InstallSnapshot { get; init; }
}
