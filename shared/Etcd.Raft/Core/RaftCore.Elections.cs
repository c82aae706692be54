namespace Etcd.Raft;

/// <summary>Elections: starting one, voting, and counting votes.</summary>
internal sealed partial class RaftCore
{
    // Marks a vote asked for on the leader's order, which followers grant in spite of the lease (etcd's wire value).
    private static readonly ReadOnlyMemory<byte> CampaignTransfer = "CampaignTransfer"u8.ToArray();

    private enum Campaign
    {
        PreElection,
        Election,
        Transfer,
    }

    /// <summary>May be elected: a voter whose state is not about to be replaced by a snapshot.</summary>
    private bool IsPromotable =>
        Tracker.Progress[Id] is { IsLearner: false } && !Log.HasPendingSnapshot;

    private bool HasUnappliedConfChange =>
        Log.Applied < Log.Committed && Log.ContainsConfChange(Log.Applied + 1, Log.Committed + 1);

    public void CampaignIfAlone()
    {
        bool isAlone = Tracker.Config.Voters.IsSingleton && Tracker.Config.Voters.Contains(Id);
        if (isAlone && Role == RaftRole.Follower && LeaderId == RaftIds.None && IsPromotable && !HasUnappliedConfChange)
        {
            Step(new Message { Type = MessageType.Hup, From = Id });
        }
    }

    private void StartElection(Campaign campaign)
    {
        if (Role == RaftRole.Leader)
        {
            _log.Write(RaftLogLevel.Debug, $"{Id:x} leads already and starts no election");
        }
        else if (!IsPromotable)
        {
            _log.Write(RaftLogLevel.Warning, $"{Id:x} cannot be elected and starts no election");
        }
        else if (HasUnappliedConfChange)
        {
            _log.Write(
                RaftLogLevel.Warning,
                $"{Id:x} starts no election at term {Term} before it has applied a pending conf change");
        }
        else
        {
            _log.Write(RaftLogLevel.Info, $"{Id:x} is starting a new election at term {Term}");
            AskForVotes(campaign);
        }
    }

    private void AskForVotes(Campaign campaign)
    {
        MessageType request = MessageType.Vote;
        MessageType response = MessageType.VoteResponse;
        ulong term;
        if (campaign == Campaign.PreElection)
        {
            BecomePreCandidate();
            request = MessageType.PreVote;
            response = MessageType.PreVoteResponse;
            term = Term + 1;
        }
        else
        {
            BecomeCandidate();
            term = Term;
        }

        EntryId last = Log.LastEntryId;
        foreach (ulong id in Tracker.Config.Voters.AllIds())
        {
            if (id == Id)
            {
                // The own vote counts when it is durable, like any other.
                Send(new Message { Type = response, To = id, From = Id, Term = term });
                continue;
            }

            Send(new Message
            {
                Type = request,
                To = id,
                From = Id,
                Term = term,
                Index = last.Index,
                LogTerm = last.Term,
                Context = campaign == Campaign.Transfer ? CampaignTransfer : default,
            });
        }
    }

    private void HandleVoteResponse(Message message)
    {
        string answer = message.Reject ? "rejection" : "grant";
        _log.Write(
            RaftLogLevel.Info,
            $"{Id:x} received {answer} by {message.Type} from {message.From:x} at term {Term}");
        Tracker.RecordVote(message.From, !message.Reject);
        VoteResult result = Tracker.TallyVotes(out int granted, out int rejected);
        _log.Write(RaftLogLevel.Info, $"{Id:x} has {granted} votes for it and {rejected} against it");
        switch (result)
        {
            case VoteResult.Won when Role == RaftRole.PreCandidate:
                AskForVotes(Campaign.Election);
                break;
            case VoteResult.Won:
                BecomeLeader();
                BroadcastAppend();
                break;
            case VoteResult.Lost:
                // A pre-vote's answer carries a future term; this member's own is kept.
                BecomeFollower(Term, RaftIds.None);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// Answers a (pre-)vote request of this term, or a pre-vote of a later one. Learners vote too: a candidate that
    /// asks may know of a promotion that this member has not applied yet, and could not win without its vote.
    /// </summary>
    private void HandleVoteRequest(Message message)
    {
        bool isPreVote = message.Type == MessageType.PreVote;
        MessageType response = isPreVote ? MessageType.PreVoteResponse : MessageType.VoteResponse;
        bool mayVote = Vote == message.From
            || (Vote == RaftIds.None && LeaderId == RaftIds.None)
            || (isPreVote && message.Term > Term);
        bool grant = mayVote && Log.IsUpToDate(new EntryId(message.LogTerm, message.Index));
        LogVote(grant ? "granted" : "rejected", message);

        // A grant carries the term asked for: a candidate whose term is behind would ignore an older one.
        Send(new Message
        {
            Type = response,
            To = message.From,
            From = Id,
            Term = grant ? message.Term : Term,
            Reject = !grant,
        });
        if (grant && !isPreVote)
        {
            _electionElapsed = 0;
            Vote = message.From;
        }
    }

    private void LogVote(string verb, Message message)
    {
        EntryId last = Log.LastEntryId;
        _log.Write(
            RaftLogLevel.Info,
            $"{Id:x} [log {last.Term}/{last.Index}, vote {Vote:x}] {verb} {message.Type} of {message.From:x}"
            + $" [log {message.LogTerm}/{message.Index}, term {message.Term}] at term {Term}");
    }
}
