namespace Etcd.Raft;

/// <summary>The membership in force, everybody's progress, and the votes of the running election.</summary>
internal sealed class ProgressTracker(int maxInflightMessages, ulong maxInflightBytes)
{
    private readonly Dictionary<ulong, bool> _votes = [];

    public MemberConfig Config { get; private set; } = MemberConfig.Empty;

    public ProgressMap Progress { get; private set; } = new();

    public Inflights NewInflights() => new(maxInflightMessages, maxInflightBytes);

    public void Switch(MemberConfig config, ProgressMap progress)
    {
        Config = config;
        Progress = progress;
    }

    /// <summary>The highest index that a quorum has made durable.</summary>
    public ulong Committed() => Config.Voters.CommittedIndex(new MatchIndexes(Progress));

    /// <summary>True when a quorum was heard from since the last check.</summary>
    public bool IsQuorumActive() => Config.Voters.Tally(new ActivityVotes(Progress)) == VoteResult.Won;

    public void ResetVotes() => _votes.Clear();

    /// <summary>Only the first vote of a member counts.</summary>
    public void RecordVote(ulong id, bool granted) => _votes.TryAdd(id, granted);

    /// <summary>Counts the votes recorded so far; the two numbers are for the log only.</summary>
    public VoteResult TallyVotes(out int granted, out int rejected)
    {
        granted = 0;
        rejected = 0;
        foreach (Progress progress in Progress)
        {
            if (!progress.IsLearner && _votes.TryGetValue(progress.Id, out bool yes))
            {
                granted += yes ? 1 : 0;
                rejected += yes ? 0 : 1;
            }
        }

        return Config.Voters.Tally(new RecordedVotes(_votes));
    }

    private readonly struct MatchIndexes(ProgressMap progress) : IAckedIndexes
    {
        public ulong AckedIndex(ulong id) => progress[id]?.Match ?? 0;
    }

    private readonly struct ActivityVotes(ProgressMap progress) : IVotes
    {
        public bool TryGetVote(ulong id, out bool granted)
        {
            Progress? member = progress[id];
            granted = member is { RecentActive: true };
            return member is { IsLearner: false };
        }
    }

    private readonly struct RecordedVotes(Dictionary<ulong, bool> votes) : IVotes
    {
        public bool TryGetVote(ulong id, out bool granted) => votes.TryGetValue(id, out granted);
    }
}
