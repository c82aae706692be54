using System.Text;
using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests;

public sealed class RaftNodeTests
{
    [Fact]
    public void Bootstrap_hands_out_the_members_as_committed_entries()
    {
        MemoryRaftStorage storage = new();
        RaftNode node = new(Config(storage));
        node.Bootstrap([new(1, TextConfChange.Encode("v1")), new(2, TextConfChange.Encode("v2"))]);
        Ready ready = node.TakeReady();

        Message append = Assert.Single(ready.Messages.ToArray());
        Assert.True(append.TryGetHardState(out HardState hardState));
        Assert.Equal(new HardState(1, 0, 2), hardState);
        Assert.Equal([1UL, 2UL], append.Entries.Select(entry => entry.Index));
        Assert.All(append.Entries, entry => Assert.Equal((EntryType.ConfChange, 1UL), (entry.Type, entry.Term)));
        storage.Append(append.Entries);
        foreach (Message response in append.Responses)
        {
            node.Step(response);
        }

        Message apply = Assert.Single(node.TakeReady().Messages.ToArray());
        ConfState? state = null;
        foreach (Entry entry in apply.Entries)
        {
            state = node.ApplyConfChange(entry.Index, TextConfChange.Decode(entry)!);
        }

        Assert.Equal(new ConfState { Voters = [1, 2] }, state);
    }

    [Fact]
    public void Bootstrap_of_a_log_with_entries_is_refused()
    {
        MemoryRaftStorage storage = new();
        storage.Append(new Entry[] { new(EntryType.Normal, 1, 1, default) });
        RaftNode node = new(Config(storage));

        Assert.Throws<InvalidOperationException>(() => node.Bootstrap([new(1, default)]));
        Assert.Throws<ArgumentException>(() => new RaftNode(Config(new MemoryRaftStorage())).Bootstrap([]));
    }

    public static TheoryData<RaftConfig> BadConfigs => new(
        Config(id: 0),
        Config(id: RaftIds.LocalAppendThread),
        Config(id: RaftIds.LocalApplyThread),
        Config(heartbeatTicks: 0),
        Config(electionTicks: 1),
        Config(maxInflight: 0),
        Config(maxInflightBytes: 10),
        new RaftConfig
        {
            Id = 1,
            Storage = new MemoryRaftStorage(),
            Random = new Random(1),
            ConfChangeDecoder = TextConfChange.Decode,
            CheckQuorum = false,
            ReadOnlyOption = ReadOnlyOption.LeaseBased,
        });

    [Theory]
    [MemberData(nameof(BadConfigs), DisableDiscoveryEnumeration = true)]
    public void Config_out_of_range_is_refused(RaftConfig config) =>
        Assert.Throws<ArgumentException>(() => new RaftNode(config));

    [Fact]
    public void Election_timeouts_lie_between_one_and_two_times_the_ticks()
    {
        HashSet<int> seen = [];
        for (int seed = 0; seed < 200; seed++)
        {
            RaftNode node = new(Config(Storage(1, 2, 3), seed: seed));
            int ticks = 0;
            while (node.Role == RaftRole.Follower)
            {
                node.Tick();
                ticks++;
            }

            seen.Add(ticks);
        }

        Assert.Equal(Enumerable.Range(10, 10), seen.Order());
    }

    [Fact]
    public void Start_raises_a_stored_commit_index_to_what_was_applied()
    {
        MemoryRaftStorage storage = Storage(1, 2, 3);
        storage.Append(Enumerable.Range(2, 5).Select(i => new Entry(EntryType.Normal, 1, (ulong)i, default)).ToArray());
        storage.SetHardState(new HardState(1, 0, 2));
        RaftNode node = new(Config(storage, applied: 5));

        Assert.Equal((5UL, 5UL), (node.Commit, node.Applied));
        Assert.Throws<RaftInvariantException>(() => new RaftNode(Config(storage, applied: 7)));
    }

    [Fact]
    public void ApplyConfChange_below_the_start_is_skipped()
    {
        RaftNode node = new(Config(Storage(1, 2, 3)));

        Assert.Equal([1UL, 2, 3], node.ApplyConfChange(1, Change("r3")).Voters);
        Assert.Equal([1UL, 2], node.ApplyConfChange(2, Change("r3")).Voters);
        Assert.Throws<RaftInvariantException>(() => node.ApplyConfChange(3, Change("")));
    }

    [Fact]
    public void Undecodable_conf_change_becomes_an_empty_entry()
    {
        RaftNode node = new(Config(Storage(1)));
        Lead(node);
        node.ProposeConfChange(EntryType.ConfChange, TextConfChange.Encode("nonsense"));
        Message append = node.TakeReady().Messages[0];

        Assert.Equal(EntryType.Normal, append.Entries[append.Entries.Length - 1].Type);
        Assert.True(append.Entries[append.Entries.Length - 1].Data.IsEmpty);
    }

    [Fact]
    public void Reads_beyond_the_capacity_are_dropped_not_kept()
    {
        ReadIndexQueue queue = new();
        Message request = new() { Type = MessageType.ReadIndex };
        for (int i = 0; i < ReadIndexQueue.Capacity; i++)
        {
            Assert.True(queue.TryAdd(request, 7));
        }

        Assert.False(queue.TryAdd(request, 7));
        JointQuorum voters = new(new MajorityQuorum([1, 2]), new MajorityQuorum([]));
        queue.Acknowledge(1, 3);
        queue.Acknowledge(2, (ulong)ReadIndexQueue.Capacity + 1);
        Assert.False(queue.TryTakeConfirmed(voters, out _, out _));
        queue.Acknowledge(2, 2);
        int confirmed = 0;
        while (queue.TryTakeConfirmed(voters, out _, out ulong index))
        {
            Assert.Equal(7UL, index);
            confirmed++;
        }

        Assert.Equal(2, confirmed);
    }

    [Fact]
    public void Same_seed_and_calls_give_the_same_messages()
    {
        Assert.Equal(Transcript(seed: 5), Transcript(seed: 5));
        Assert.NotEqual(Transcript(seed: 5), Transcript(seed: 6));
    }

    [Fact]
    public void EntrySize_counts_as_the_wire_does()
    {
        Assert.Equal(6UL, EntrySize.Encoded(new Entry(EntryType.Normal, 1, 1, default)));
        Assert.Equal(7UL, EntrySize.Encoded(new Entry(EntryType.Normal, 1, 128, default)));
        Assert.Equal(6UL + 2 + 3, EntrySize.Encoded(new Entry(EntryType.Normal, 1, 1, new byte[3])));
        Assert.Equal(6UL + 3 + 200, EntrySize.Encoded(new Entry(EntryType.Normal, 1, 1, new byte[200])));
        Assert.Equal(24UL, EntrySize.Encoded(new Entry(EntryType.Normal, ulong.MaxValue, ulong.MaxValue, default)));
    }

    private static string Transcript(int seed)
    {
        StringBuilder text = new();
        RaftNode node = new(Config(Storage(1, 2, 3), seed: seed));
        for (int tick = 0; tick < 60; tick++)
        {
            node.Tick();
            if (node.HasReady)
            {
                foreach (Message message in node.TakeReady().Messages)
                {
                    text.Append(tick).Append(' ').Append(message).Append('\n');
                }
            }
        }

        return text.ToString();
    }

    private static void Lead(RaftNode node)
    {
        node.Campaign();
        while (!node.IsLeader)
        {
            foreach (Message response in node.TakeReady().Messages[0].Responses)
            {
                node.Step(response);
            }
        }
    }

    private static ConfChangeV2 Change(string text) =>
        TextConfChange.Decode(new Entry(EntryType.ConfChangeV2, 0, 0, TextConfChange.Encode(text)))!;

    private static MemoryRaftStorage Storage(params ulong[] voters)
    {
        MemoryRaftStorage storage = new();
        storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(new ConfState { Voters = voters }, 1, 1)));
        storage.SetHardState(new HardState(1, 0, 1));
        return storage;
    }

    private static RaftConfig Config(
        IRaftStorage? storage = null,
        ulong id = 1,
        ulong applied = 0,
        int seed = 1,
        int heartbeatTicks = 1,
        int electionTicks = 10,
        int maxInflight = 256,
        ulong maxInflightBytes = 0) => new()
        {
            Id = id,
            Storage = storage ?? new MemoryRaftStorage(),
            Random = new Random(seed),
            ConfChangeDecoder = TextConfChange.Decode,
            Applied = applied,
            HeartbeatTicks = heartbeatTicks,
            ElectionTicks = electionTicks,
            MaxInflightMessages = maxInflight,
            MaxInflightBytes = maxInflightBytes,
        };
}
