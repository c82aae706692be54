using Etcd.Node.Consensus;
using Etcd.Raft;

namespace Etcd.Node.Tests;

/// <summary>What a member's consensus keeps of its log in memory, on one thread.</summary>
public sealed class LogCompactionTests
{
    private const ulong Id = 1;

    [Fact]
    public void Small_entries_are_bounded_by_their_number()
    {
        (ConsensusCore core, MemoryRaftStorage storage) = Lone(maxLogBytes: 10_000);

        Apply(core, count: 1_000, payloadBytes: 1);

        Assert.InRange(storage.LastIndex - core.CompactedIndex, 100UL, 150UL);
    }

    [Fact]
    public void Large_entries_are_bounded_by_their_bytes()
    {
        (ConsensusCore core, MemoryRaftStorage storage) = Lone(maxLogBytes: 10_000);

        Apply(core, count: 200, payloadBytes: 1_000);

        // After a compaction half is left, and an entry more than the limit makes the next one.
        Assert.InRange(storage.PayloadBytes, 5_000UL, 10_000UL);
        Assert.Equal(storage.FirstIndex - 1, core.CompactedIndex);
        Assert.Equal(storage.PayloadBytes / 1_000, storage.LastIndex - core.CompactedIndex);
    }

    [Fact]
    public void Entry_beyond_the_limit_goes_when_it_is_applied()
    {
        (ConsensusCore core, MemoryRaftStorage storage) = Lone(maxLogBytes: 10_000);

        Apply(core, count: 1, payloadBytes: 20_000);

        Assert.Equal(0UL, storage.PayloadBytes);
        Assert.Equal(storage.LastIndex, core.CompactedIndex);
        Apply(core, count: 1, payloadBytes: 1);
        Assert.Equal(1UL, storage.PayloadBytes);
    }

    [Fact]
    public void What_is_not_applied_stays_however_large()
    {
        (ConsensusCore core, MemoryRaftStorage storage) = Lone(maxLogBytes: 10_000);
        ulong before = storage.LastIndex;
        List<Message> owed = Commit(core, count: 5, payloadBytes: 20_000);

        Assert.Equal(100_000UL, storage.PayloadBytes);
        Assert.InRange(core.CompactedIndex, 0UL, before);

        foreach (Message apply in owed)
        {
            core.Applied(apply);
        }

        Assert.Equal(0UL, storage.PayloadBytes);
    }

    private static (ConsensusCore Core, MemoryRaftStorage Storage) Lone(ulong maxLogBytes)
    {
        MemoryRaftStorage storage = new();
        ConfState configuration = new() { Voters = [Id] };
        storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(configuration, Index: 1, Term: 1)));
        RaftConfig raft = new()
        {
            Id = Id, Storage = storage, Random = new Random(1), ConfChangeDecoder = static _ => null, Applied = 1,
        };
        ConsensusOptions options = new()
        {
            MemberId = Id,
            CatchUpEntries = 100,
            CompactionInterval = 50,
            MaxLogBytes = maxLogBytes,
            CanSendSnapshots = true,
        };
        ConsensusCore core = new(options, raft, storage, configuration);
        Apply(core, count: 0, payloadBytes: 0);
        Assert.True(core.IsLeader);
        return (core, storage);
    }

    private static void Apply(ConsensusCore core, int count, int payloadBytes)
    {
        for (int i = 0; i < Math.Max(1, count); i++)
        {
            foreach (Message apply in Commit(core, Math.Min(1, count), payloadBytes))
            {
                core.Applied(apply);
            }
        }
    }

    /// <summary>Proposes entries and makes them durable; what is to be applied is the answer.</summary>
    private static List<Message> Commit(ConsensusCore core, int count, int payloadBytes)
    {
        for (int i = 0; i < count; i++)
        {
            core.Propose(new Proposal(0, EntryType.Normal, new byte[payloadBytes]));
        }

        List<Message> applies = [];
        ConsensusOutput output = new();
        do
        {
            core.Poll(output);
            applies.AddRange(output.Applies);
            foreach (Message write in output.LogWrites)
            {
                core.LogWritten(write);
            }
        }
        while (output.LogWrites.Count > 0);
        return applies;
    }
}
