namespace Etcd.Raft;

/// <summary>
/// The algorithm: one member's state and what each message does to it. Outgoing messages pile up in two lists until
/// <see cref="RaftNode"/> takes them. Not thread-safe.
/// </summary>
/// <remarks>Thesis: Ongaro, "Consensus: Bridging Theory and Practice". Behaves as etcd-io/raft v3.6.</remarks>
internal sealed partial class RaftCore
{
    private readonly RaftConfig _config;
    private readonly CoreLogger _log;
    private readonly Random _random;
    private readonly ulong _maxUncommittedSize;

    // Leaders and candidates: ticks since the last election time-out. Followers: since the last word from the leader.
    private int _electionElapsed;
    private int _heartbeatElapsed;

    public RaftCore(RaftConfig config)
    {
        ConfigCheck.Validate(config);
        _config = config;
        _log = new CoreLogger(config.Logger);
        _random = config.Random;
        _maxUncommittedSize = ConfigCheck.OrUnlimited(config.MaxUncommittedSizeBytes);
        ulong maxApplying = config.MaxApplyingSizeBytes == 0
            ? config.MaxSizePerMessageBytes
            : config.MaxApplyingSizeBytes;
        Log = new RaftLog(config.Storage, Math.Max(maxApplying, 1), _log);
        Tracker = NewTracker();

        config.Storage.InitialState(out HardState hardState, out ConfState confState);
        ConfRestore.Restore(Tracker, confState, Log.LastIndex);
        SwitchTo(Tracker.Config, Tracker.Progress);
        Term = hardState.Term;
        Vote = hardState.Vote;
        Log.Load(hardState.Commit, config.Applied);
        _restoredIndex = Log.Applied;
        BecomeFollower(Term, RaftIds.None);
        _log.Write(RaftLogLevel.Info, $"started {Id:x} at term {Term} with {Tracker.Config}, log {Log}");
    }

    public ulong Id => _config.Id;

    public ulong Term { get; private set; }

    /// <summary>Whom this member voted for in <see cref="Term"/>; 0 for nobody.</summary>
    public ulong Vote { get; private set; }

    public ulong LeaderId { get; private set; }

    public RaftRole Role { get; private set; }

    public RaftLog Log { get; }

    public ProgressTracker Tracker { get; private set; }

    /// <summary>Whom leadership is being handed to; 0 for nobody.</summary>
    public ulong LeadTransferee { get; private set; }

    /// <summary>
    /// Ticks of silence before this member's next election; in [E, 2E), drawn anew at each change of role.
    /// </summary>
    public int RandomizedElectionTicks { get; set; }

    public SoftState SoftState => new(LeaderId, Role);

    public HardState HardState => new(Term, Vote, Log.Committed);

    public bool IsTracked(ulong id) => Tracker.Progress[id] is not null;

    /// <summary>Takes one tick, by role.</summary>
    public void Tick()
    {
        if (Role == RaftRole.Leader)
        {
            TickLeader();
        }
        else
        {
            TickElection();
        }
    }

    public RaftStatus Status()
    {
        List<PeerProgress> progress = [];
        if (Role == RaftRole.Leader)
        {
            foreach (Progress peer in Tracker.Progress)
            {
                progress.Add(peer.ToPublic());
            }
        }

        return new RaftStatus
        {
            Id = Id,
            HardState = HardState,
            SoftState = SoftState,
            Applied = Log.Applied,
            LastIndex = Log.LastIndex,
            LeadTransferee = LeadTransferee,
            ConfState = Tracker.Config.ToConfState(),
            Progress = progress,
        };
    }

    private ProgressTracker NewTracker() =>
        new(_config.MaxInflightMessages, ConfigCheck.OrUnlimited(_config.MaxInflightBytes));

    private void TickElection()
    {
        _electionElapsed++;
        if (IsPromotable && _electionElapsed >= RandomizedElectionTicks)
        {
            _electionElapsed = 0;
            Step(new Message { Type = MessageType.Hup, From = Id });
        }
    }

    private void TickLeader()
    {
        _heartbeatElapsed++;
        _electionElapsed++;
        if (_electionElapsed >= _config.ElectionTicks)
        {
            _electionElapsed = 0;
            if (_config.CheckQuorum)
            {
                Step(new Message { Type = MessageType.CheckQuorum, From = Id });
            }

            // A hand-over that took this long has failed; take proposals again.
            if (Role == RaftRole.Leader)
            {
                AbortLeaderTransfer();
            }
        }

        if (Role == RaftRole.Leader && _heartbeatElapsed >= _config.HeartbeatTicks)
        {
            _heartbeatElapsed = 0;
            Step(new Message { Type = MessageType.Beat, From = Id });
        }
    }

    private void BecomeFollower(ulong term, ulong leaderId)
    {
        Reset(term);
        LeaderId = leaderId;
        Role = RaftRole.Follower;
        _log.Write(RaftLogLevel.Info, $"{Id:x} became follower at term {Term}");
    }

    private void BecomeCandidate()
    {
        RequireRoleIsNot(RaftRole.Leader, becoming: RaftRole.Candidate);
        Reset(Term + 1);
        Vote = Id;
        Role = RaftRole.Candidate;
        _log.Write(RaftLogLevel.Info, $"{Id:x} became candidate at term {Term}");
    }

    // Term and vote stay: asking changes nothing yet.
    private void BecomePreCandidate()
    {
        RequireRoleIsNot(RaftRole.Leader, becoming: RaftRole.PreCandidate);
        Tracker.ResetVotes();
        LeaderId = RaftIds.None;
        Role = RaftRole.PreCandidate;
        _log.Write(RaftLogLevel.Info, $"{Id:x} became pre-candidate at term {Term}");
    }

    private void BecomeLeader()
    {
        RequireRoleIsNot(RaftRole.Follower, becoming: RaftRole.Leader);
        Reset(Term);
        LeaderId = Id;
        Role = RaftRole.Leader;
        Progress own = OwnProgress();
        own.BecomeReplicate();
        own.RecentActive = true;

        // The tail may hold a conf change. Rather than look, allow no other before all of it is applied.
        _pendingConfIndex = Log.LastIndex;

        // Nothing of earlier terms can commit before an entry of this one (thesis, section 3.6.2).
        if (!AppendOwn([new Entry(EntryType.Normal, 0, 0, default)]))
        {
            throw new RaftInvariantException($"the entry that opens term {Term} was refused: {Log}");
        }

        _log.Write(RaftLogLevel.Info, $"{Id:x} became leader at term {Term}");
    }

    private void Reset(ulong term)
    {
        if (Term != term)
        {
            Term = term;
            Vote = RaftIds.None;
        }

        LeaderId = RaftIds.None;
        _electionElapsed = 0;
        _heartbeatElapsed = 0;
        RandomizedElectionTicks = _config.ElectionTicks + _random.Next(_config.ElectionTicks);
        AbortLeaderTransfer();
        Tracker.ResetVotes();
        ulong last = Log.LastIndex;
        foreach (Progress progress in Tracker.Progress)
        {
            progress.Reset(match: progress.Id == Id ? last : 0, next: last + 1);
        }

        _pendingConfIndex = 0;
        _uncommittedSize = 0;
        _reads.Clear();
        _postponedReads.Clear();
    }

    private void AbortLeaderTransfer() => LeadTransferee = RaftIds.None;

    private Progress OwnProgress() =>
        Tracker.Progress[Id]
        ?? throw new RaftInvariantException($"{Id:x} is not in its configuration {Tracker.Config}");

    private void RequireRoleIsNot(RaftRole role, RaftRole becoming)
    {
        if (Role == role)
        {
            throw new RaftInvariantException($"{Id:x} at term {Term} may not go from {role} to {becoming}");
        }
    }
}
