namespace Etcd.Raft;

/// <summary>What followers and candidates do with messages.</summary>
internal sealed partial class RaftCore
{
    private StepResult StepFollower(Message message)
    {
        switch (message.Type)
        {
            case MessageType.Append or MessageType.Heartbeat or MessageType.Snapshot:
                _electionElapsed = 0;
                LeaderId = message.From;
                HandleFromLeader(message);
                break;
            case MessageType.Proposal:
                return ForwardProposal(message);
            case MessageType.ReadIndex or MessageType.TransferLeader:
                ForwardToLeader(message);
                break;
            case MessageType.ReadIndexResponse:
                _readStates.Add(new ReadState(message.Index, message.Entries[0].Data));
                break;
            case MessageType.ForgetLeader:
                // A lease is a promise to vote for nobody else; the leader's reads rest on it.
                if (LeaderId != RaftIds.None && _config.ReadOnlyOption != ReadOnlyOption.LeaseBased)
                {
                    _log.Write(RaftLogLevel.Info, $"{Id:x} forgets leader {LeaderId:x} at term {Term}");
                    LeaderId = RaftIds.None;
                }

                break;
            case MessageType.TimeoutNow:
                // No pre-vote: the leader has asked for it, so this member was not cut off.
                _log.Write(RaftLogLevel.Info, $"{Id:x} is to take over from {message.From:x} at term {Term}");
                StartElection(Campaign.Transfer);
                break;
            default:
                break;
        }

        return StepResult.Accepted;
    }

    private StepResult StepCandidate(Message message)
    {
        switch (message.Type)
        {
            case MessageType.Append or MessageType.Heartbeat or MessageType.Snapshot:
                // Somebody else has won this term.
                BecomeFollower(message.Term, message.From);
                HandleFromLeader(message);
                break;
            case MessageType.Proposal:
                return StepResult.DroppedNoLeader;
            case MessageType.PreVoteResponse when Role == RaftRole.PreCandidate:
            case MessageType.VoteResponse when Role == RaftRole.Candidate:
                HandleVoteResponse(message);
                break;
            default:
                break;
        }

        return StepResult.Accepted;
    }

    private StepResult ForwardProposal(Message message)
    {
        if (LeaderId == RaftIds.None)
        {
            return StepResult.DroppedNoLeader;
        }

        if (_config.DisableProposalForwarding)
        {
            return StepResult.DroppedForwardingDisabled;
        }

        Send(message.ForwardTo(LeaderId, message.From == RaftIds.None ? Id : message.From, term: 0));
        return StepResult.Accepted;
    }

    private void ForwardToLeader(Message message)
    {
        if (LeaderId == RaftIds.None)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} knows no leader at term {Term}; dropped {message.Type}");
            return;
        }

        // A read request has no term, so that the leader takes it whatever its term is.
        bool isRead = message.Type == MessageType.ReadIndex;
        ulong from = message.From == RaftIds.None ? Id : message.From;
        Send(message.ForwardTo(LeaderId, from, isRead ? 0 : Term));
    }

    private void HandleFromLeader(Message message)
    {
        switch (message.Type)
        {
            case MessageType.Append:
                HandleAppend(message);
                break;
            case MessageType.Snapshot:
                HandleSnapshot(message);
                break;
            default:
                Log.CommitTo(message.Commit);
                Send(new Message
                {
                    Type = MessageType.HeartbeatResponse,
                    To = message.From,
                    From = Id,
                    Term = Term,
                    Context = message.Context,
                });
                break;
        }
    }

    private void HandleAppend(Message message)
    {
        if (message.Index < Log.Committed)
        {
            // Overtaken by what is committed since.
            SendAppendResponse(message.From, Log.Committed);
            return;
        }

        EntryId previous = new(message.LogTerm, message.Index);
        if (Log.TryAppend(previous, message.Entries, message.Commit, out ulong last))
        {
            SendAppendResponse(message.From, last);
            return;
        }

        // The leader's log has no term above LogTerm up to Index, so the logs can only agree where this one's term is
        // at most that: a tail of later terms is skipped in one step.
        EntryId hint = Log.FindConflictByTerm(Math.Min(message.Index, Log.LastIndex), message.LogTerm);
        _log.Write(
            RaftLogLevel.Debug,
            $"{Id:x} rejects an append at {message.LogTerm}/{message.Index} from {message.From:x},"
            + $" has term {Log.TermOrZero(message.Index)} there, hint {hint.Term}/{hint.Index}");
        Send(new Message
        {
            Type = MessageType.AppendResponse,
            To = message.From,
            From = Id,
            Term = Term,
            Index = message.Index,
            Reject = true,
            RejectHint = hint.Index,
            LogTerm = hint.Term,
        });
    }

    private void HandleSnapshot(Message message)
    {
        // MessageCheck lets no Snapshot message pass without one.
        Snapshot snapshot = message.Snapshot!;
        bool restored = TryRestore(snapshot);
        string verb = restored ? "restores" : "ignores";
        _log.Write(
            RaftLogLevel.Info,
            $"{Id:x} {verb} snapshot {snapshot.Metadata.Term}/{snapshot.Metadata.Index}: {Log}");
        SendAppendResponse(message.From, restored ? Log.LastIndex : Log.Committed);
    }
}
