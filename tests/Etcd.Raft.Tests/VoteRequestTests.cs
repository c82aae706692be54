using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests;

public sealed class VoteRequestTests
{
    [Fact]
    public void Requests_for_votes_wait_until_own_term_and_vote_are_durable()
    {
        MemoryRaftStorage storage = new();
        storage.ApplySnapshot(new Snapshot(
            ReadOnlyMemory<byte>.Empty, new SnapshotMetadata(new ConfState { Voters = [1, 2, 3] }, 1, 1)));
        storage.SetHardState(new HardState(1, 0, 1));
        RaftNode node = new(new RaftConfig
        {
            Id = 1,
            Storage = storage,
            Random = new Random(1),
            ConfChangeDecoder = TextConfChange.Decode,
            ElectionTicks = 10,
            HeartbeatTicks = 1,
            Applied = 1,
            PreVote = false,
        });

        node.Campaign();

        // Two others could elect it. If it then forgot that it stood in this term, it could be elected in it again, with
        // other entries.
        Message[] messages = [.. node.TakeReady().Messages];
        Message write = Assert.Single(messages);
        Assert.Equal(MessageType.StorageAppend, write.Type);
        Assert.True(write.TryGetHardState(out HardState durable));
        Assert.Equal((2UL, 1UL), (durable.Term, durable.Vote));
        Assert.Equal(
            [2UL, 3UL],
            write.Responses.Where(static sent => sent.Type == MessageType.Vote).Select(static sent => sent.To));
    }
}
