using System.Text;
using Etcd.Raft.Tests.Running;

namespace Etcd.Raft.Tests;

public sealed class ConfChangerTests
{
    [Theory]
    [InlineData("", "v1", "voters=(1)")]
    [InlineData("", "l1", "removed all voters")]
    [InlineData("", "v1 v2", "can't make a zero-voter config joint")]
    [InlineData("v1", "v1", "voters=(1)")]
    [InlineData("v1", "v2", "voters=(1 2)")]
    [InlineData("v1", "l2", "voters=(1) learners=(2)")]
    [InlineData("v1", "r1", "removed all voters")]
    [InlineData("v1", "l1", "removed all voters")]
    [InlineData("v1", "r9", "voters=(1)")]
    [InlineData("v1", "u9", "voters=(1)")]
    [InlineData("v1", "v0", "voters=(1)")]
    [InlineData("v1;v2;l3", "v3", "voters=(1 2 3)")]
    [InlineData("v1;v2;l3", "r3", "voters=(1 2)")]
    [InlineData("v1;v2;v3", "l3", "voters=(1 2) learners=(3)")]
    [InlineData("v1;v2", "v3 r2", "voters=(1 3) outgoing=(1 2) autoleave")]
    [InlineData("v1;v2", "explicit v3", "voters=(1 2 3) outgoing=(1 2)")]
    [InlineData("v1;v2", "implicit v3", "voters=(1 2 3) outgoing=(1 2) autoleave")]
    [InlineData("v1;v2", "l2 v3", "voters=(1 3) outgoing=(1 2) learners-next=(2) autoleave")]
    [InlineData("v1;v2", "r2 l2", "voters=(1) outgoing=(1 2) learners-next=(2) autoleave")]
    [InlineData("v1;v2", "r2 v2", "voters=(1 2) outgoing=(1 2) autoleave")]
    [InlineData("v1;v2", "r1 r2", "removed all voters")]
    [InlineData("v1;v2;explicit v3", "v4", "can't apply simple config change in joint config")]
    [InlineData("v1;v2;explicit v3", "v4 v5", "config is already joint")]
    [InlineData("v1;v2;explicit v3", "", "voters=(1 2 3)")]
    [InlineData("v1;v2", "", "can't leave a non-joint config")]
    [InlineData("v1;v2;l2 v3", "", "voters=(1 3) learners=(2)")]
    [InlineData("v1;v2;r2 v3 l4", "", "voters=(1 3) learners=(4)")]
    public void Apply_follows_the_protocol_the_change_asks_for(string before, string change, string expected)
    {
        ProgressTracker tracker = new(10, RaftConfig.NoLimit);
        foreach (string step in before.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            ConfChanger earlier = new(tracker, lastIndex: 5);
            Assert.Null(earlier.Apply(Parse(step)));
            tracker.Switch(earlier.Config, earlier.Progress);
        }

        ConfChanger changer = new(tracker, lastIndex: 5);
        string? refused = changer.Apply(Parse(change));

        Assert.Equal(expected, refused ?? changer.Config.ToString());
        if (refused is null)
        {
            ConfState state = changer.Config.ToConfState();
            IEnumerable<ulong> members = state.Voters.Concat(state.VotersOutgoing).Concat(state.Learners);
            Assert.Equal(members.Distinct().Order(), changer.Progress.Select(progress => progress.Id));
        }
    }

    [Fact]
    public void Simple_with_two_voters_is_refused()
    {
        ProgressTracker tracker = new(10, RaftConfig.NoLimit);
        ConfRestore.Restore(tracker, new ConfState { Voters = [1] }, lastIndex: 5);

        Assert.Equal(
            "more than one voter changed without entering joint config",
            new ConfChanger(tracker, lastIndex: 5).Simple(Parse("v2 v3").Changes));
    }

    [Fact]
    public void Apply_leaves_its_input_alone()
    {
        ProgressTracker tracker = new(10, RaftConfig.NoLimit);
        ConfRestore.Restore(tracker, new ConfState { Voters = [1, 2], Learners = [3] }, lastIndex: 5);
        ConfChanger changer = new(tracker, lastIndex: 5);
        Assert.Null(changer.Apply(Parse("v3")));

        Assert.True(tracker.Progress[3]!.IsLearner);
        Assert.Equal("voters=(1 2) learners=(3)", tracker.Config.ToString());
    }

    [Fact]
    public void New_members_count_as_active_and_are_probed_from_the_end()
    {
        ProgressTracker tracker = new(10, RaftConfig.NoLimit);
        ConfRestore.Restore(tracker, new ConfState { Voters = [1] }, lastIndex: 42);

        Progress progress = tracker.Progress[1]!;
        Assert.Equal((0UL, 42UL, true), (progress.Match, progress.Next, progress.RecentActive));
    }

    [Fact]
    public void Restore_of_any_configuration_gives_it_back()
    {
        Random random = new(7);
        for (int round = 0; round < 500; round++)
        {
            ConfState state = RandomState(random);
            ProgressTracker tracker = new(10, RaftConfig.NoLimit);
            ConfRestore.Restore(tracker, state, lastIndex: 5);
            Assert.Equal(state, tracker.Config.ToConfState());
        }
    }

    [Fact]
    public void Restore_of_an_impossible_configuration_fails() => Assert.Throws<RaftInvariantException>(() =>
        ConfRestore.Restore(
            new ProgressTracker(10, RaftConfig.NoLimit), new ConfState { Voters = [1], Learners = [1] }, lastIndex: 5));

    private static ConfState RandomState(Random random)
    {
        List<ulong> voters = [];
        List<ulong> outgoing = [];
        List<ulong> learners = [];
        List<ulong> next = [];
        bool joint = random.Next(2) == 0;
        for (ulong id = 1; id <= 9; id++)
        {
            switch (random.Next(5))
            {
                case 0:
                    voters.Add(id);
                    break;
                case 1:
                    learners.Add(id);
                    break;
                case 2 when joint:
                    outgoing.Add(id);
                    break;
                case 3 when joint:
                    outgoing.Add(id);
                    (random.Next(2) == 0 ? next : voters).Add(id);
                    break;
                default:
                    break;
            }
        }

        if (voters.Count == 0)
        {
            voters.Add(10);
        }

        return new ConfState
        {
            Voters = [.. voters],
            VotersOutgoing = [.. outgoing],
            Learners = [.. learners],
            LearnersNext = [.. next],
            AutoLeave = outgoing.Count > 0 && random.Next(2) == 0,
        };
    }

    private static ConfChangeV2 Parse(string text) =>
        TextConfChange.Decode(new Entry(EntryType.ConfChangeV2, 0, 0, Encoding.UTF8.GetBytes(text)))!;
}
