namespace Etcd.Raft;

/// <summary>Entry of every message: terms first, then what is common to all roles, then the role.</summary>
internal sealed partial class RaftCore
{
    public StepResult Step(Message message)
    {
        if (message.Term > Term)
        {
            if (!AcceptHigherTerm(message))
            {
                return StepResult.Accepted;
            }
        }
        else if (message.Term != 0 && message.Term < Term)
        {
            HandleLowerTerm(message);
            return StepResult.Accepted;
        }

        switch (message.Type)
        {
            case MessageType.Hup:
                StartElection(_config.PreVote ? Campaign.PreElection : Campaign.Election);
                return StepResult.Accepted;
            case MessageType.StorageAppendResponse:
                HandleStorageAppendResponse(message);
                return StepResult.Accepted;
            case MessageType.StorageApplyResponse:
                HandleStorageApplyResponse(message);
                return StepResult.Accepted;
            case MessageType.Vote or MessageType.PreVote:
                HandleVoteRequest(message);
                return StepResult.Accepted;
            default:
                break;
        }

        return Role switch
        {
            RaftRole.Leader => StepLeader(message),
            RaftRole.Follower => StepFollower(message),
            _ => StepCandidate(message),
        };
    }

    /// <summary>Moves to a later term where the message justifies that.</summary>
    /// <returns>False when the message is ignored.</returns>
    private bool AcceptHigherTerm(Message message)
    {
        if (message.Type is MessageType.Vote or MessageType.PreVote)
        {
            // Within an election timeout of its leader's last word a member keeps to it, so that one that was cut off
            // or removed cannot disturb the others (thesis, section 4.2.3) — unless the leader itself wants it.
            bool ordered = message.Context.Span.SequenceEqual(CampaignTransfer.Span);
            bool inLease = _config.CheckQuorum
                && LeaderId != RaftIds.None
                && _electionElapsed < _config.ElectionTicks;
            if (inLease && !ordered)
            {
                LogVote("ignored (lease not expired)", message);
                return false;
            }
        }

        switch (message.Type)
        {
            case MessageType.PreVote:
                // Asks only; the term stays.
                break;
            case MessageType.PreVoteResponse when !message.Reject:
                // Echoes the future term that was asked for; the term rises when a quorum has granted.
                break;
            default:
                bool fromLeader = message.Type is MessageType.Append or MessageType.Heartbeat or MessageType.Snapshot;
                _log.Write(
                    RaftLogLevel.Info,
                    $"{Id:x} at term {Term} received {message.Type} of term {message.Term} from {message.From:x}");
                BecomeFollower(message.Term, fromLeader ? message.From : RaftIds.None);
                break;
        }

        return true;
    }

    private void HandleLowerTerm(Message message)
    {
        if ((_config.CheckQuorum || _config.PreVote)
            && message.Type is MessageType.Heartbeat or MessageType.Append)
        {
            // With these options nobody raises its term on a mere vote request, so a member with a later term than its
            // leader has to tell it; otherwise it could neither win an election nor ever follow.
            SendAppendResponse(message.From, index: 0);
        }
        else if (message.Type == MessageType.PreVote)
        {
            // Answered, not dropped: a candidate with a lower term and the better log must learn the term, or two
            // members could wait for each other for ever.
            LogVote("rejected", message);
            Send(new Message
            {
                Type = MessageType.PreVoteResponse,
                To = message.From,
                From = Id,
                Term = Term,
                Reject = true,
            });
        }
        else if (message.Type == MessageType.StorageAppendResponse)
        {
            // Entries written in an earlier term may have been replaced since, by writes that are still in progress;
            // only an acknowledgement of this term proves otherwise (see RaftNode's StorageAppend). A snapshot is
            // committed state, whatever the term.
            if (message.Snapshot is not null)
            {
                SnapshotApplied(message.Snapshot);
            }
        }
        else
        {
            _log.Write(
                RaftLogLevel.Debug,
                $"{Id:x} at term {Term} ignored {message.Type} of term {message.Term} from {message.From:x}");
        }
    }

    private void HandleStorageAppendResponse(Message message)
    {
        if (message.Index != 0)
        {
            Log.Unstable.StableTo(new EntryId(message.LogTerm, message.Index));
        }

        if (message.Snapshot is not null)
        {
            SnapshotApplied(message.Snapshot);
        }
    }

    private void HandleStorageApplyResponse(Message message)
    {
        ReadOnlySpan<Entry> entries = message.Entries.Span;
        if (!entries.IsEmpty)
        {
            AppliedTo(entries[^1].Index, EntrySize.Encoded(entries));
            _uncommittedSize -= Math.Min(_uncommittedSize, EntrySize.Payload(entries));
        }
    }

    private void SnapshotApplied(Snapshot snapshot)
    {
        Log.Unstable.StableSnapshotTo(snapshot.Metadata.Index);
        AppliedTo(snapshot.Metadata.Index, size: 0);
    }

    private void AppliedTo(ulong index, ulong size)
    {
        ulong applied = Math.Max(index, Log.Applied);
        Log.AppliedTo(applied, size);
        if (Tracker.Config.AutoLeave && applied >= _pendingConfIndex && Role == RaftRole.Leader)
        {
            // An empty payload cannot be refused for its size. Refused for a hand-over in progress, it is proposed
            // again, here or by the next leader, when further entries are applied.
            StepResult result = Step(new Message
            {
                Type = MessageType.Proposal,
                From = Id,
                Entries = new Entry[] { new(EntryType.ConfChangeV2, 0, 0, default) },
            });
            _log.Write(RaftLogLevel.Info, $"{Id:x} leaves the joint configuration {Tracker.Config}: {result}");
        }
    }
}
