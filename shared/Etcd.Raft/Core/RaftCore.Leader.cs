namespace Etcd.Raft;

/// <summary>What a leader does with messages.</summary>
internal sealed partial class RaftCore
{
    // Highest index that may hold a conf change not yet applied; further ones wait until it is applied.
    private ulong _pendingConfIndex;

    // Payload of the uncommitted tail; an underestimate after a change of leader, never an overestimate.
    private ulong _uncommittedSize;

    private StepResult StepLeader(Message message)
    {
        switch (message.Type)
        {
            case MessageType.Beat:
                BroadcastHeartbeat();
                return StepResult.Accepted;
            case MessageType.CheckQuorum:
                CheckQuorumActive();
                return StepResult.Accepted;
            case MessageType.Proposal:
                return HandleProposal(message);
            case MessageType.ReadIndex:
                HandleReadIndex(message);
                return StepResult.Accepted;
            default:
                break;
        }

        if (Tracker.Progress[message.From] is not Progress peer)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} tracks no member {message.From:x}; ignored {message.Type}");
            return StepResult.Accepted;
        }

        switch (message.Type)
        {
            case MessageType.AppendResponse:
                HandleAppendResponse(message, peer);
                break;
            case MessageType.HeartbeatResponse:
                HandleHeartbeatResponse(message, peer);
                break;
            case MessageType.SnapshotStatus:
                HandleSnapshotStatus(message, peer);
                break;
            case MessageType.Unreachable:
                // What was sent ahead is probably lost.
                if (peer.State == ProgressState.Replicate)
                {
                    peer.BecomeProbe();
                }

                break;
            case MessageType.TransferLeader:
                HandleTransferLeader(peer);
                break;
            default:
                break;
        }

        return StepResult.Accepted;
    }

    private void CheckQuorumActive()
    {
        if (!Tracker.IsQuorumActive())
        {
            _log.Write(RaftLogLevel.Warning, $"{Id:x} steps down at term {Term}: no quorum is active");
            BecomeFollower(Term, RaftIds.None);
        }

        foreach (Progress peer in Tracker.Progress)
        {
            peer.RecentActive = peer.Id == Id && peer.RecentActive;
        }
    }

    private StepResult HandleProposal(Message message)
    {
        if (!IsTracked(Id))
        {
            return StepResult.DroppedNotMember;
        }

        if (LeadTransferee != RaftIds.None)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} drops a proposal while it hands over to {LeadTransferee:x}");
            return StepResult.DroppedLeaderTransfer;
        }

        if (!AppendOwn(CheckConfChanges(message.Entries)))
        {
            return StepResult.DroppedUncommittedLimit;
        }

        BroadcastAppend();
        return StepResult.Accepted;
    }

    /// <summary>Replaces conf changes that may not be proposed now by empty entries.</summary>
    private ReadOnlySpan<Entry> CheckConfChanges(EntryList entries)
    {
        Entry[]? replaced = null;
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Type == EntryType.Normal)
            {
                continue;
            }

            if (RefuseConfChange(entries[i]) is string reason)
            {
                _log.Write(RaftLogLevel.Info, $"{Id:x} ignores a conf change at {Tracker.Config}: {reason}");
                replaced ??= entries.Span.ToArray();
                replaced[i] = new Entry(EntryType.Normal, 0, 0, default);
            }
            else
            {
                _pendingConfIndex = Log.LastIndex + (ulong)i + 1;
            }
        }

        return replaced is null ? entries.Span : replaced;
    }

    // A best effort against what is applied here; the configuration at the entry's own turn may be another.
    private string? RefuseConfChange(in Entry entry)
    {
        bool isEmptyV2 = entry.Type == EntryType.ConfChangeV2 && entry.Data.IsEmpty;
        ConfChangeV2? change = isEmptyV2 ? ConfChangeV2.Leave : _config.ConfChangeDecoder(entry);
        if (change is null)
        {
            return "it cannot be decoded";
        }

        if (_config.DisableConfChangeValidation)
        {
            return null;
        }

        if (_pendingConfIndex > Log.Applied)
        {
            return $"possible unapplied conf change at index {_pendingConfIndex} (applied to {Log.Applied})";
        }

        bool leaves = change.Changes.Count == 0;
        if (Tracker.Config.Voters.IsJoint)
        {
            return leaves ? null : "must transition out of joint config first";
        }

        return leaves ? "not in joint state; refusing empty conf change" : null;
    }

    /// <summary>
    /// Appends entries of this term and, once they are durable, acknowledges them to itself.
    /// </summary>
    /// <returns>False, without effect, when the uncommitted payload would exceed its limit.</returns>
    private bool AppendOwn(ReadOnlySpan<Entry> entries)
    {
        // Any size is let in while nothing else is uncommitted, and an empty payload always.
        ulong size = EntrySize.Payload(entries);
        if (_uncommittedSize > 0 && size > 0 && _uncommittedSize + size > _maxUncommittedSize)
        {
            _log.Write(
                RaftLogLevel.Warning,
                $"{Id:x} drops a proposal of {size} bytes: {_uncommittedSize} of {_maxUncommittedSize} are uncommitted");
            return false;
        }

        _uncommittedSize += size;
        Log.AppendOwn(entries, Term);
        SendAppendResponse(Id, Log.LastIndex);
        return true;
    }

    private bool TryCommit() => Log.TryCommit(new EntryId(Term, Tracker.Committed()));

    private void HandleAppendResponse(Message message, Progress peer)
    {
        peer.RecentActive = true;
        if (message.Reject)
        {
            HandleAppendRejection(message, peer);
            return;
        }

        // An acknowledgement of what is known already still ends a probe. Not a snapshot: it shows that the member lacks
        // the entry after it.
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
    /// Goes back to where the logs may agree. The hint (index, term) says that the member's log has that term there, so it
    /// has no later term below: every index where this log's term is above the hint's must differ too and is skipped. With
    /// the member's own skipping (see <see cref="HandleAppend"/>) there is at most one probe per term.
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

        // A member that lags gets something now, be it an empty append over a full window. So does a probed one that has
        // everything: its answer brings it back to replicating.
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

    private void HandleTransferLeader(Progress peer)
    {
        if (peer.IsLearner || peer.Id == LeadTransferee)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} ignores a hand-over to {peer}: a learner, or in progress");
            return;
        }

        AbortLeaderTransfer();
        if (peer.Id == Id)
        {
            return;
        }

        // It has one election timeout from now.
        _electionElapsed = 0;
        LeadTransferee = peer.Id;
        _log.Write(RaftLogLevel.Info, $"{Id:x} starts to hand over to {peer.Id:x} at term {Term}");
        if (peer.Match == Log.LastIndex)
        {
            SendTimeoutNow(peer.Id);
        }
        else
        {
            SendAppend(peer);
        }
    }
}
