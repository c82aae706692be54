using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests;

public sealed class LoneVoterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Only_voter_leads_without_a_tick(bool preVote)
    {
        RaftNode node = Started(out MemoryRaftStorage storage, new ConfState { Voters = [1], Learners = [2, 3] }, preVote);

        node.CampaignIfAlone();

        // Its own vote counts once it is durable.
        Assert.NotEqual(RaftRole.Leader, node.Role);
        RunStorage(node, storage);
        Assert.Equal(RaftRole.Leader, node.Role);
        Assert.Equal(2UL, node.Term);
    }

    [Theory]
    [InlineData(new ulong[] { 1, 2 }, new ulong[0], new ulong[0])]
    [InlineData(new ulong[] { 1 }, new ulong[] { 1, 2 }, new ulong[0])]
    [InlineData(new ulong[] { 2 }, new ulong[0], new ulong[] { 1 })]
    [InlineData(new ulong[] { 2 }, new ulong[0], new ulong[0])]
    [InlineData(new ulong[0], new ulong[0], new ulong[0])]
    public void Member_that_is_not_the_only_voter_waits(ulong[] voters, ulong[] outgoing, ulong[] learners)
    {
        RaftNode node = Started(out _, new ConfState { Voters = voters, VotersOutgoing = outgoing, Learners = learners });

        node.CampaignIfAlone();

        Assert.Equal((RaftRole.Follower, 1UL), (node.Role, node.Term));
    }

    [Fact]
    public void Member_with_a_committed_conf_change_waits_until_it_is_applied()
    {
        MemoryRaftStorage storage = new();
        storage.ApplySnapshot(Snapshot(new ConfState { Voters = [1] }));
        storage.Append(new Entry[] { new(EntryType.ConfChange, 1, 2, TextConfChange.Encode("v2")) });
        storage.SetHardState(new HardState(1, 0, 2));
        RaftNode node = new(Config(storage, preVote: false));

        node.CampaignIfAlone();

        Assert.Equal(RaftRole.Follower, node.Role);
        RunStorage(node, storage);
        node.CampaignIfAlone();
        Assert.Equal((RaftRole.Follower, 1UL), (node.Role, node.Term));
    }

    [Fact]
    public void Leader_is_left_alone()
    {
        RaftNode node = Started(out MemoryRaftStorage storage, new ConfState { Voters = [1] });
        node.CampaignIfAlone();
        RunStorage(node, storage);

        node.CampaignIfAlone();

        Assert.Equal((RaftRole.Leader, 2UL), (node.Role, node.Term));
    }

    private static RaftNode Started(out MemoryRaftStorage storage, ConfState state, bool preVote = true)
    {
        storage = new MemoryRaftStorage();
        storage.ApplySnapshot(Snapshot(state));
        storage.SetHardState(new HardState(1, 0, 1));
        return new RaftNode(Config(storage, preVote));
    }

    private static Snapshot Snapshot(ConfState state) => new("state"u8.ToArray(), new SnapshotMetadata(state, 1, 1));

    private static RaftConfig Config(MemoryRaftStorage storage, bool preVote) => new()
    {
        Id = 1,
        Storage = storage,
        Random = new Random(1),
        ConfChangeDecoder = TextConfChange.Decode,
        PreVote = preVote,
        CheckQuorum = true,
    };

    /// <summary>Writes and applies at once whatever is handed out.</summary>
    private static void RunStorage(RaftNode node, MemoryRaftStorage storage)
    {
        while (node.HasReady)
        {
            foreach (Message message in node.TakeReady().Messages.ToArray())
            {
                if (message.To == RaftIds.LocalApplyThread)
                {
                    foreach (Entry entry in message.Entries)
                    {
                        if (entry.Type != EntryType.Normal && TextConfChange.Decode(entry) is { } change)
                        {
                            node.ApplyConfChange(entry.Index, change);
                        }
                    }
                }

                else if (message.To == RaftIds.LocalAppendThread && !message.Entries.IsEmpty)
                {
                    storage.Append(message.Entries);
                }

                foreach (Message response in message.Responses.Where(response => response.To == 1))
                {
                    node.Step(response);
                }
            }
        }
    }
}
