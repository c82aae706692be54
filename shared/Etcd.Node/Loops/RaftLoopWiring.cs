using Etcd.Node.Consensus;
using Etcd.Node.Reads;
using Etcd.Raft;

namespace Etcd.Node.Loops;

/// <summary>Where the raft loop's work goes. Every delegate returns at once.</summary>
internal sealed class RaftLoopWiring
{
    /// <summary>To another member.</summary>
    public required Action<Message> Send { get; init; }

    /// <summary>To the log writer, in order.</summary>
    public required Action<List<Message>> WriteLog { get; init; }

    /// <summary>To the apply loop, in order.</summary>
    public required Action<List<Message>> Apply { get; init; }

    /// <summary>Leader or role changed; true when a leader was found that is not the one before.</summary>
    public required Action<RaftStatusView, bool> LeadershipChanged { get; init; }

    /// <summary>A read round has its index or failed.</summary>
    public required Action<ReadRound, ReadOutcome> ReadFinished { get; init; }
}
