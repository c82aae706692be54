using Etcd.Raft;

namespace Etcd.Node.Consensus;

/// <summary>
/// What a <see cref="ConsensusCore"/> wants done. Reused: <see cref="ConsensusCore.Poll"/> clears and fills it, the
/// messages in it are immutable and may be kept. Owned by the raft loop.
/// </summary>
public sealed class ConsensusOutput
{
    /// <summary>For other members, to be sent at once, before the log writes are durable.</summary>
    public List<Message> Messages { get; } = [];

    /// <summary>StorageAppend messages in order; each is answered with <see cref="ConsensusCore.LogWritten"/>.
    /// Their <see cref="Message.Responses"/> to other members are sent after the fsync, by whoever syncs.</summary>
    public List<Message> LogWrites { get; } = [];

    /// <summary>StorageApply messages in order; each is answered with <see cref="ConsensusCore.Applied"/>.</summary>
    public List<Message> Applies { get; } = [];

    /// <summary>Read requests that ended.</summary>
    public List<ReadOutcome> Reads { get; } = [];

    /// <summary>Proposals that raft refused.</summary>
    public List<Proposal> Dropped { get; } = [];

    /// <summary>Set when leader, role or transferee changed.</summary>
    public bool LeadershipChanged { get; internal set; }

    /// <summary>Set when a leader was found that is not the one known before (etcd <c>newLeader</c>).</summary>
    public bool NewLeader { get; internal set; }

    internal void Clear()
    {
        Messages.Clear();
        LogWrites.Clear();
        Applies.Clear();
        Reads.Clear();
        Dropped.Clear();
        LeadershipChanged = false;
        NewLeader = false;
    }
}
