using Etcd.Node.Consensus;
using Etcd.Raft;
using Etcd.StateMachine;

namespace Etcd.Node.Core;

/// <summary>
/// What a <see cref="MemberCore"/> wants done and what it has to say. Reused: cleared by the next
/// <see cref="MemberCore.Poll"/>.
/// </summary>
public sealed class MemberEffects
{
    /// <summary>For other members; may be lost, delayed, repeated, reordered.</summary>
    public List<Message> Messages { get; } = [];

    /// <summary>To be buffered in the log with <see cref="LogWriting"/> in order, synced by it, then given to
    /// <see cref="MemberCore.LogWritten"/>, whose answers to other members only then may leave.</summary>
    public List<Message> LogWrites { get; } = [];

    /// <summary>To be given to <see cref="MemberCore.Apply"/> in order, at any later time.</summary>
    public List<Message> Applies { get; } = [];

    /// <summary>Answers by request id, visible in the view already.</summary>
    public List<ApplyResult> Completions { get; } = [];

    /// <summary>Request ids that raft refused; they are in no log.</summary>
    public List<ulong> Dropped { get; } = [];

    /// <summary>Reads that may be answered from the view now, or failed.</summary>
    public List<ReadOutcome> Reads { get; } = [];

    /// <summary>Events of committed changes, in order.</summary>
    public List<EventBatch> Events { get; } = [];

    /// <summary>True when leader or role changed.</summary>
    public bool LeadershipChanged { get; internal set; }

    internal void Clear()
    {
        Messages.Clear();
        LogWrites.Clear();
        Applies.Clear();
        Completions.Clear();
        Dropped.Clear();
        Reads.Clear();
        Events.Clear();
        LeadershipChanged = false;
    }
}
