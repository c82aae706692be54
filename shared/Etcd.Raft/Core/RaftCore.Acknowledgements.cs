namespace Etcd.Raft;

/// <summary>What a leader learns from the answers of those it replicates to.</summary>
internal sealed partial class RaftCore
{
    private bool TryCommit() => Log.TryCommit(new EntryId(Term, Tracker.Committed()));

    private void HandleAppendResponse(Message message, Progress peer)
    {
        peer.RecentActive = true;
        if (message.Reject)
        {
            HandleAppendRejection(message, peer);
            return;
        }

        // An acknowledgement of what is known already still ends a probe. Not a snapshot: it shows that the member
        // lacks the entry after it.
        bool endsProbe = peer.State == ProgressState.Probe && peer.Match == message.Index;
        if (message.Index > Log.LastIndex)
        {
            // That member, or this one, has lost or mixed up its log. Failing here would let one bad member stop a
            // healthy leader; believing it would count a copy that does not exist.
            _log.Write(RaftLogLevel.Error, $"{peer.Id:x} acknowledged {message.Index}, beyond the log: {Log}");
            return;
        }

        if (!peer.MaybeUpdate(message.Index) && !endsProbe)
        {
            return;
        }

        switch (peer.State)
        {
            case ProgressState.Probe:
                peer.BecomeReplicate();
                break;
            case ProgressState.Snapshot when peer.Match + 1 >= Log.FirstIndex:
                // Whatever snapshot was restored there: the log reaches far enough back to go on from it.
                peer.BecomeProbe();
                peer.BecomeReplicate();
                break;
            case ProgressState.Replicate:
                peer.Inflights.FreeThrough(message.Index);
                break;
            default:
                break;
        }

        if (TryCommit())
        {
            ReleasePostponedReads();
            BroadcastAppend();
        }
        else if (peer.Id != Id && peer.CanBumpCommit(Log.Committed))
        {
            SendAppend(peer);
        }

        if (peer.Id != Id)
        {
            // The answer may have made room for several messages.
            while (TrySendAppend(peer, sendIfEmpty: false))
            {
            }
        }

        if (peer.Id == LeadTransferee && peer.Match == Log.LastIndex)
        {
            _log.Write(RaftLogLevel.Info, $"{Id:x} hands over to {peer.Id:x}, which has caught up");
            SendTimeoutNow(peer.Id);
        }
    }

    /// <summary>
    /// Goes back to where the logs may agree. The hint (index, term) says that the member's log has that term there, so
    /// it has no later term below: every index where this log's term is above the hint's must differ too and is
    /// skipped. With the member's own skipping (see <see cref="HandleAppend"/>) there is at most one probe per term.
    /// </summary>
    private void HandleAppendRejection(Message message, Progress peer)
    {
        ulong next = message.RejectHint;
        if (message.LogTerm > 0)
        {
            next = Log.FindConflictByTerm(message.RejectHint, message.LogTerm).Index;
        }

        _log.Write(
            RaftLogLevel.Debug,
            $"{Id:x}: {peer.Id:x} rejects an append at {message.Index}, hint {message.LogTerm}/{message.RejectHint}");
        if (peer.MaybeDecrease(message.Index, next))
        {
            if (peer.State == ProgressState.Replicate)
            {
                peer.BecomeProbe();
            }

            SendAppend(peer);
        }
    }

    private void HandleHeartbeatResponse(Message message, Progress peer)
    {
        peer.RecentActive = true;
        peer.FlowPaused = false;

        // A member that lags gets something now, be it an empty append over a full window. So does a probed one that
        // has everything: its answer brings it back to replicating.
        if (peer.Match < Log.LastIndex || peer.State == ProgressState.Probe)
        {
            SendAppend(peer);
        }

        if (!message.Context.IsEmpty)
        {
            _reads.Acknowledge(message.From, message.Context.Span);
            AnswerConfirmedReads();
        }
    }

    private void HandleSnapshotStatus(Message message, Progress peer)
    {
        if (peer.State != ProgressState.Snapshot)
        {
            return;
        }

        if (message.Reject)
        {
            // Cleared first, or the probe would start behind a snapshot that never arrived.
            peer.PendingSnapshot = 0;
        }

        peer.BecomeProbe();
        _log.Write(RaftLogLevel.Debug, $"{Id:x}: snapshot {(message.Reject ? "failed" : "arrived")}, probing {peer}");

        // Arrived: its acknowledgement is about to follow. Failed: wait for a heartbeat before the next try.
        peer.FlowPaused = true;
    }
}
