namespace Etcd.Raft.Tests.Simulation;

/// <summary>The properties of figure 3.2 of the thesis, checked while the simulation runs.</summary>
internal sealed class SafetyChecks
{
    private readonly Dictionary<ulong, ulong> _leaderOfTerm = [];
    private readonly Dictionary<ulong, (ulong Term, ulong Hash)> _applied = [];
    private readonly Dictionary<string, ulong> _readFloor = [];
    private readonly Dictionary<ulong, ulong> _observedTerm = [];

    /// <summary>Highest index that any member has applied: committed for certain.</summary>
    public ulong MaxApplied { get; private set; }

    public int ReadCount { get; private set; }

    public int LeaderCount => _leaderOfTerm.Count;

    /// <summary>State-machine safety: nobody applies another entry at an index.</summary>
    public void Applied(Entry entry, Snapshot state)
    {
        (ulong Term, ulong Hash) now = (entry.Term, SimulatedMember.HashOf(state));
        if (!_applied.TryAdd(entry.Index, now))
        {
            Assert.Equal(_applied[entry.Index], now);
        }

        MaxApplied = Math.Max(MaxApplied, entry.Index);
    }

    /// <summary>Election safety and leader completeness, whenever a member may have become leader.</summary>
    public void Observe(SimulatedMember member)
    {
        RaftNode raft = member.Raft!;
        Assert.True(
            !_observedTerm.TryGetValue(member.Id, out ulong before) || raft.Term >= before, "a term went backwards");
        _observedTerm[member.Id] = raft.Term;
        if (!raft.IsLeader || !_leaderOfTerm.TryAdd(raft.Term, member.Id))
        {
            Assert.True(!raft.IsLeader || _leaderOfTerm[raft.Term] == member.Id, $"two leaders in term {raft.Term}");
            return;
        }

        Assert.True(raft.LastIndex >= MaxApplied, $"leader {member.Id} lacks committed entries");
        IRaftStorage log = member;
        for (ulong index = log.FirstIndex; index <= Math.Min(log.LastIndex, MaxApplied); index++)
        {
            // What is still unstable is checked when it is applied.
            if (log.Term(index, out ulong term) == StorageStatus.Ok && index < FirstUnstable(raft))
            {
                Assert.Equal(_applied[index].Term, term);
            }
        }
    }

    /// <summary>After a crash the term may only fall back to what was durable.</summary>
    public void Restarted(SimulatedMember member) => _observedTerm[member.Id] = member.Disk.Log.HardState.Term;

    public void ReadRequested(string context) => _readFloor[context] = MaxApplied;

    /// <summary>Linearizable reads: the index covers everything applied anywhere before the request.</summary>
    public void ReadAnswered(string context, ulong index)
    {
        Assert.True(index >= _readFloor[context], $"read {context} at {index} misses {_readFloor[context]}");
        ReadCount++;
    }

    /// <summary>Log matching: two logs that agree at an index agree below it.</summary>
    public static void LogsMatch(SimulatedMember one, SimulatedMember two)
    {
        IRaftStorage first = one;
        IRaftStorage second = two;
        ulong low = Math.Max(first.FirstIndex, second.FirstIndex);
        bool agree = false;
        for (ulong index = Math.Min(first.LastIndex, second.LastIndex); index >= low; index--)
        {
            first.Entries(index, index + 1, RaftConfig.NoLimit, out EntryList left);
            second.Entries(index, index + 1, RaftConfig.NoLimit, out EntryList right);
            if (left[0].Term == right[0].Term)
            {
                agree = true;
                Assert.True(left[0].Data.Span.SequenceEqual(right[0].Data.Span), $"one entry, two payloads at {index}");
            }
            else
            {
                Assert.False(agree, $"logs of {one.Id} and {two.Id} differ at {index}, below an equal entry");
            }
        }
    }

    private static ulong FirstUnstable(RaftNode raft) => Running.ScenarioRunner.LogOf(raft).Unstable.Offset;
}
