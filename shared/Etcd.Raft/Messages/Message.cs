namespace Etcd.Raft;

/// <summary>
/// One message between members, or between the core and the local storage threads (<c>raftpb.Message</c>, field for
/// field). Immutable after construction, therefore free to cross threads. Fields that a type does not use are zero.
/// </summary>
public sealed class Message
{
    /// <summary>What the message says.</summary>
    public required MessageType Type { get; init; }

    /// <summary>Receiver: a member id or one of the <see cref="RaftIds"/> pseudo ids.</summary>
    public ulong To { get; init; }

    /// <summary>Sender: a member id or one of the <see cref="RaftIds"/> pseudo ids; 0 for a local message.</summary>
    public ulong From { get; init; }

    /// <summary>
    /// Sender's term; 0 in local and forwarded messages. In a <see cref="MessageType.StorageAppend"/> the term to
    /// persist.
    /// </summary>
    public ulong Term { get; init; }

    /// <summary>Term of the entry at <see cref="Index"/>, or of the hint in a rejected append; 0 for unknown.</summary>
    public ulong LogTerm { get; init; }

    /// <summary>
    /// Append: index just before the first entry. AppendResponse: last matching index, or the rejected one. Vote: the
    /// candidate's last index. ReadIndexResponse: the read index. StorageAppendResponse: last durable index, 0 for
    /// none.
    /// </summary>
    public ulong Index { get; init; }

    /// <summary>
    /// Entries to append, propose, persist or apply; for ReadIndex one entry with the request's context.
    /// </summary>
    public EntryList Entries { get; init; }

    /// <summary>Commit index; in a <see cref="MessageType.StorageAppend"/> the one to persist.</summary>
    public ulong Commit { get; init; }

    /// <summary>Only in a <see cref="MessageType.StorageAppend"/>: the vote to persist, 0 for none.</summary>
    public ulong Vote { get; init; }

    /// <summary>In Snapshot, StorageAppend and StorageAppendResponse: the snapshot; otherwise null.</summary>
    public Snapshot? Snapshot { get; init; }

    /// <summary>True when the answer is no.</summary>
    public bool Reject { get; init; }

    /// <summary>In a rejected AppendResponse: highest index at which the logs may agree.</summary>
    public ulong RejectHint { get; init; }

    /// <summary>Opaque bytes to echo (heartbeats), or the reason of a vote (leadership transfer).</summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>
    /// In StorageAppend and StorageApply: messages to deliver, in order, once the work is done. Those addressed to this
    /// member go to <see cref="RaftNode.Step"/>, the others to the network.
    /// </summary>
    public IReadOnlyList<Message> Responses { get; init; } = [];

    /// <summary>
    /// In a <see cref="MessageType.StorageAppend"/>: the hard state to persist. The three fields are all set or all
    /// zero.
    /// </summary>
    /// <param name="hardState">The state; all zero when false is returned.</param>
    /// <returns>False when the hard state did not change, so that there is none to persist.</returns>
    public bool TryGetHardState(out HardState hardState)
    {
        hardState = Type == MessageType.StorageAppend ? new HardState(Term, Vote, Commit) : default;
        return !hardState.IsEmpty;
    }

    /// <summary>A line (more with nested messages) for logs and scenario files.</summary>
    public override string ToString() => Describe.Of(this);

    /// <summary>A copy with another envelope, for forwarding.</summary>
    internal Message ForwardTo(ulong to, ulong from, ulong term) => new()
    {
        Type = Type,
        To = to,
        From = from,
        Term = term,
        LogTerm = LogTerm,
        Index = Index,
        Entries = Entries,
        Commit = Commit,
        Vote = Vote,
        Snapshot = Snapshot,
        Reject = Reject,
        RejectHint = RejectHint,
        Context = Context,
        Responses = Responses,
    };
}
