namespace Etcd.Raft;

/// <summary>What a leader does with messages.</summary>
internal sealed partial class RaftCore
{
    // Highest index that may hold a conf change not yet applied; further ones wait until it is applied.
    private ulong _pendingConfIndex;

    // Payload of the uncommitted tail; an underestimate after a change of leader, never an overestimate.
    private ulong _uncommittedSize;

    /// <summary>True until everything is applied up to this leader's last conf change, and up to what its log held
    /// when it was elected.</summary>
    public bool MayHavePendingConfChange => _pendingConfIndex > Log.Applied;

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

        if (MayHavePendingConfChange)
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
                $"{Id:x} drops a proposal of {size} bytes: {_uncommittedSize} of {_maxUncommittedSize} uncommitted");
            return false;
        }

        _uncommittedSize += size;
        Log.AppendOwn(entries, Term);
        SendAppendResponse(Id, Log.LastIndex);
        return true;
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
