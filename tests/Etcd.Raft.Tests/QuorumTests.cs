namespace Etcd.Raft.Tests;

public sealed class QuorumTests
{
    private const ulong None = ulong.MaxValue;

    [Theory]
    [InlineData(new ulong[0], new ulong[0], None)]
    [InlineData(new ulong[] { 1 }, new ulong[] { 12 }, 12)]
    [InlineData(new ulong[] { 1 }, new ulong[] { 0 }, 0)]
    [InlineData(new ulong[] { 1, 2 }, new ulong[] { 12, 5 }, 5)]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 12, 5, 6 }, 6)]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 0, 5, 0 }, 0)]
    [InlineData(new ulong[] { 1, 2, 3, 4 }, new ulong[] { 9, 8, 7, 6 }, 7)]
    [InlineData(new ulong[] { 1, 2, 3, 4, 5 }, new ulong[] { 101, 104, 103, 103, 102 }, 103)]
    public void CommittedIndex_is_what_a_majority_acknowledged(ulong[] ids, ulong[] acked, ulong expected) =>
        Assert.Equal(expected, new MajorityQuorum(ids).CommittedIndex(new Acks(ids, acked)));

    [Fact]
    public void CommittedIndex_beyond_the_stack_limit_is_the_same_rule()
    {
        ulong[] ids = [.. Enumerable.Range(1, 33).Select(id => (ulong)id)];
        ulong[] acked = [.. ids.Reverse().Select(id => id * 10)];

        Assert.Equal(170UL, new MajorityQuorum(ids).CommittedIndex(new Acks(ids, acked)));
    }

    [Theory]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[0], 5)]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 4, 5, 6 }, 2)]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 1, 2, 3 }, 5)]
    [InlineData(new ulong[] { 1 }, new ulong[] { 5 }, 2)]
    public void CommittedIndex_of_a_joint_quorum_needs_both_halves(ulong[] incoming, ulong[] outgoing, ulong expected)
    {
        JointQuorum quorum = new(new MajorityQuorum(incoming), new MajorityQuorum(outgoing));

        Assert.Equal(expected, quorum.CommittedIndex(new Acks([1, 2, 3, 4, 5, 6], [5, 5, 5, 1, 2, 3])));
    }

    [Theory]
    [InlineData(new ulong[0], "", VoteResult.Won)]
    [InlineData(new ulong[] { 1 }, "_", VoteResult.Pending)]
    [InlineData(new ulong[] { 1 }, "n", VoteResult.Lost)]
    [InlineData(new ulong[] { 1 }, "y", VoteResult.Won)]
    [InlineData(new ulong[] { 1, 2 }, "yn", VoteResult.Lost)]
    [InlineData(new ulong[] { 1, 2 }, "y_", VoteResult.Pending)]
    [InlineData(new ulong[] { 1, 2, 3 }, "y__", VoteResult.Pending)]
    [InlineData(new ulong[] { 1, 2, 3 }, "yn_", VoteResult.Pending)]
    [InlineData(new ulong[] { 1, 2, 3 }, "nn_", VoteResult.Lost)]
    [InlineData(new ulong[] { 1, 2, 3 }, "yyn", VoteResult.Won)]
    [InlineData(new ulong[] { 1, 2, 3, 4 }, "yynn", VoteResult.Lost)]
    [InlineData(new ulong[] { 1, 2, 3, 4 }, "yyy_", VoteResult.Won)]
    public void Tally_needs_a_majority_of_yes(ulong[] ids, string votes, object expected) =>
        Assert.Equal(expected, new MajorityQuorum(ids).Tally(new Votes(votes)));

    [Theory]
    [InlineData("yyy", VoteResult.Won)]
    [InlineData("yy_", VoteResult.Pending)]
    [InlineData("yyn", VoteResult.Lost)]
    [InlineData("nny", VoteResult.Lost)]
    [InlineData("__y", VoteResult.Pending)]
    public void Tally_of_a_joint_quorum_needs_both_halves(string votes, object expected)
    {
        JointQuorum quorum = new(new MajorityQuorum([1, 2]), new MajorityQuorum([3]));

        Assert.Equal(expected, quorum.Tally(new Votes(votes)));
    }

    [Fact]
    public void AllIds_of_a_joint_quorum_are_ascending_without_duplicates()
    {
        JointQuorum quorum = new(new MajorityQuorum([2, 5]), new MajorityQuorum([1, 2, 9]));

        Assert.Equal([1, 2, 5, 9], quorum.AllIds());
    }

    private readonly struct Acks(ulong[] ids, ulong[] acked) : IAckedIndexes
    {
        public ulong AckedIndex(ulong id) => acked[Array.IndexOf(ids, id)];
    }

    private readonly struct Votes(string votes) : IVotes
    {
        public bool TryGetVote(ulong id, out bool granted)
        {
            granted = votes[(int)id - 1] == 'y';
            return votes[(int)id - 1] != '_';
        }
    }
}
