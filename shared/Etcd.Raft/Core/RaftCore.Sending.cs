namespace Etcd.Raft;

/// <summary>Outgoing messages: what goes to whom, and what has to wait for the disk.</summary>
internal sealed partial class RaftCore
{
    /// <summary>To be sent at once; never to this member.</summary>
    public List<Message> Messages { get; set; } = [];

    /// <summary>
    /// To be delivered once everything now unstable is durable, to others or to this member: votes, requests for them
    /// and acknowledged appends. Sent earlier, a crash could make this member vote twice or forget what it acknowledged
    /// (thesis, section 3.8). Rejections wait too: they can rest on unstable state, and are rare.
    /// </summary>
    /// <remarks>
    /// Differs from etcd's library with asynchronous writes, which sends requests for votes at once: the others could
    /// elect a candidate that then forgets its term in a crash, and elect it in the same term again, with other entries.
    /// </remarks>
    public List<Message> MessagesAfterAppend { get; } = [];

    private void Send(Message message)
    {
        if (message.Type is MessageType.AppendResponse
            or MessageType.Vote or MessageType.VoteResponse or MessageType.PreVoteResponse)
        {
            MessagesAfterAppend.Add(message);
        }
        else if (message.To == Id || message.To == RaftIds.None)
        {
            throw new RaftInvariantException($"message to nobody else: {message}");
        }
        else
        {
            Messages.Add(message);
        }
    }

    private void SendAppendResponse(ulong to, ulong index) =>
        Send(new Message { Type = MessageType.AppendResponse, To = to, From = Id, Term = Term, Index = index });

    private void SendTimeoutNow(ulong to) =>
        Send(new Message { Type = MessageType.TimeoutNow, To = to, From = Id, Term = Term });

    private void SendAppend(Progress peer) => TrySendAppend(peer, sendIfEmpty: true);

    /// <summary>
    /// Sends what the member lacks next, or a snapshot when the log no longer has it. An append without entries still
    /// carries the commit index.
    /// </summary>
    /// <returns>True when something was sent.</returns>
    private bool TrySendAppend(Progress peer, bool sendIfEmpty)
    {
        if (peer.IsPaused)
        {
            return false;
        }

        ulong previousIndex = peer.Next - 1;
        if (Log.Term(previousIndex, out ulong previousTerm) != StorageStatus.Ok)
        {
            return TrySendSnapshot(peer);
        }

        // Over a full window only an empty append goes out: if all the window was lost, its answer clears the window.
        EntryList entries = default;
        if ((peer.State != ProgressState.Replicate || !peer.Inflights.IsFull)
            && Log.EntriesFrom(peer.Next, _config.MaxSizePerMessageBytes, out entries) != StorageStatus.Ok)
        {
            return TrySendSnapshot(peer);
        }

        if (entries.IsEmpty && !sendIfEmpty)
        {
            return false;
        }

        Send(new Message
        {
            Type = MessageType.Append,
            To = peer.Id,
            From = Id,
            Term = Term,
            Index = previousIndex,
            LogTerm = previousTerm,
            Entries = entries,
            Commit = Log.Committed,
        });
        peer.SentEntries(entries.Length, EntrySize.Payload(entries.Span));
        peer.SentCommit(Log.Committed);
        return true;
    }

    private bool TrySendSnapshot(Progress peer)
    {
        if (!peer.RecentActive)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} sends no snapshot to {peer.Id:x}, which is not active");
            return false;
        }

        if (Log.Snapshot() is not Snapshot snapshot)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} has no snapshot for {peer.Id:x} yet");
            return false;
        }

        if (snapshot.IsEmpty)
        {
            throw new RaftInvariantException($"storage gave an empty snapshot for {peer.Id:x}: {Log}");
        }

        peer.BecomeSnapshot(snapshot.Metadata.Index);
        Send(new Message { Type = MessageType.Snapshot, To = peer.Id, From = Id, Term = Term, Snapshot = snapshot });
        _log.Write(
            RaftLogLevel.Debug,
            $"{Id:x} sent snapshot {snapshot.Metadata.Term}/{snapshot.Metadata.Index} to {peer}, log {Log}");
        return true;
    }

    private void SendHeartbeat(Progress peer, ReadOnlyMemory<byte> context)
    {
        // The member may hold other entries beyond what is known to match; it must not commit those.
        ulong commit = Math.Min(peer.Match, Log.Committed);
        Send(new Message
        {
            Type = MessageType.Heartbeat,
            To = peer.Id,
            From = Id,
            Term = Term,
            Commit = commit,
            Context = context,
        });
        peer.SentCommit(commit);
    }

    private void BroadcastAppend()
    {
        foreach (Progress peer in Tracker.Progress)
        {
            if (peer.Id != Id)
            {
                SendAppend(peer);
            }
        }
    }

    private void BroadcastHeartbeat()
    {
        ReadOnlyMemory<byte> context = _reads.HeartbeatContext();
        foreach (Progress peer in Tracker.Progress)
        {
            if (peer.Id != Id)
            {
                SendHeartbeat(peer, context);
            }
        }
    }
}
