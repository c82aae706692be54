namespace Etcd.Raft;

/// <summary>
/// Whether a message makes sense by itself, so that nothing from the network can break an invariant here.
/// </summary>
internal static class MessageCheck
{
    public static bool IsWellFormed(Message message) => message.Type switch
    {
        MessageType.Proposal => IsProposal(message.Entries.Span),
        MessageType.ReadIndex => message.Entries.Length == 1,
        MessageType.ReadIndexResponse => HasSenderAndTerm(message) && message.Entries.Length == 1,
        MessageType.Append => HasSenderAndTerm(message) && IsContiguous(message),
        MessageType.Snapshot => HasSenderAndTerm(message) && message.Snapshot is { IsEmpty: false },
        MessageType.AppendResponse or MessageType.Vote or MessageType.VoteResponse or MessageType.Heartbeat
            or MessageType.HeartbeatResponse or MessageType.TimeoutNow or MessageType.PreVote
            or MessageType.PreVoteResponse => HasSenderAndTerm(message),
        _ => (uint)message.Type <= (uint)MessageType.ForgetLeader,
    };

    // Without a term a message would pass for a local one.
    private static bool HasSenderAndTerm(Message message) => message.Term != 0 && message.From != RaftIds.None;

    private static bool IsProposal(ReadOnlySpan<Entry> entries)
    {
        foreach (ref readonly Entry entry in entries)
        {
            if (entry.Type > EntryType.ConfChangeV2)
            {
                return false;
            }
        }

        return !entries.IsEmpty;
    }

    // Indexes without gaps, terms that never fall and never exceed the leader's.
    private static bool IsContiguous(Message message)
    {
        ulong index = message.Index;
        ulong term = message.LogTerm;
        foreach (ref readonly Entry entry in message.Entries)
        {
            if (entry.Index != ++index || entry.Term < term)
            {
                return false;
            }

            term = entry.Term;
        }

        return term <= message.Term;
    }
}
