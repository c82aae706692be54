using Etcd.Node.Consensus;
using Etcd.Raft;

namespace Etcd.Node.Tests;

/// <summary>Proposals and reads that come while leadership moves, in a cluster whose wires the test holds.</summary>
public sealed class HandOverTests
{
    private const ulong Old = 1;
    private const ulong Next = 2;
    private const ulong Third = 3;
    private const int RequestTimeoutTicks = 70;

    private readonly Dictionary<ulong, ConsensusCore> _members = [];
    private readonly Dictionary<ulong, List<byte[]>> _applied = [];
    private readonly List<Proposal> _dropped = [];
    private readonly List<ReadOutcome> _reads = [];
    private readonly List<Message> _held = [];
    private readonly HashSet<ulong> _unreachable = [];

    public HandOverTests()
    {
        ConfState configuration = new() { Voters = [Old, Next, Third] };
        foreach (ulong id in configuration.Voters)
        {
            MemoryRaftStorage storage = new();
            storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(configuration, Index: 1, Term: 1)));
            RaftConfig raft = new()
            {
                Id = id,
                Storage = storage,
                Random = new Random((int)id),
                ConfChangeDecoder = static _ => null,
                Applied = 1,
            };
            ConsensusOptions options = new() { MemberId = id, RequestTimeoutTicks = RequestTimeoutTicks };
            _members[id] = new ConsensusCore(options, raft, storage, configuration);
            _applied[id] = [];
        }

        _members[Old].Campaign();
        Run();
        Assert.True(_members[Old].IsLeader);
    }

    [Fact]
    public void Proposal_forwarded_to_a_leader_that_hands_over_is_made_by_the_next_one_once()
    {
        BeginHandOver();
        Propose(Third, 7);
        Assert.Equal(1, _members[Old].WaitingForwarded);

        Reconnect(Next);

        Assert.True(_members[Next].IsLeader);
        Assert.Equal(0, _members[Old].WaitingForwarded);
        AssertAppliedOnce(7);
    }

    [Fact]
    public void Proposal_forwarded_to_a_member_that_led_before_is_made_by_the_next_leader_once()
    {
        // What the third member sends is under way while the others change their leader.
        Message late = Assert.Single(Forward(Third, 7));
        _unreachable.Add(Third);
        _members[Old].TransferLeader(Next);
        Poll(Old);
        Deliver(Old, Next, MessageType.TimeoutNow);
        Deliver(Next, Old, MessageType.Vote);
        Assert.Equal(StepResult.Accepted, _members[Old].Receive(late));
        Assert.Equal(1, _members[Old].WaitingForwarded);

        Reconnect(Third);

        Assert.True(_members[Next].IsLeader);
        AssertAppliedOnce(7);
    }

    [Fact]
    public void Read_that_no_quorum_has_confirmed_is_told_of_the_next_leader()
    {
        _members[Old].TransferLeader(Next);
        _members[Old].RequestRead(5);
        Poll(Old);
        Assert.NotEqual(0, _held.RemoveAll(static message => message.Type == MessageType.Heartbeat));
        Deliver(Old, Next, MessageType.TimeoutNow);
        Deliver(Next, Old, MessageType.Vote);
        Assert.Empty(_reads);

        Run();

        Assert.True(_members[Next].IsLeader);
        Assert.Equal([new ReadOutcome(5, 0, ReadFailure.LeaderChanged)], _reads);
    }

    [Fact]
    public void Proposal_of_the_leader_that_hands_over_is_made_by_the_next_one_once()
    {
        BeginHandOver();
        Proposal own = Propose(Old, 7);
        Assert.Equal(ProposalState.Waiting, own.State);

        Reconnect(Next);

        Assert.True(_members[Next].IsLeader);
        Assert.Empty(_dropped);
        AssertAppliedOnce(7);
    }

    [Fact]
    public void Proposals_go_on_here_when_the_hand_over_fails()
    {
        BeginHandOver();
        Propose(Old, 7);
        Propose(Third, 8);

        // An election timeout, in which the one that was to take over is silent.
        Tick(Old, 10);

        Assert.True(_members[Old].IsLeader);
        Assert.Equal([[7], [8]], _applied[Old].OrderBy(static data => data[0]));
    }

    [Fact]
    public void Proposal_of_this_term_alone_is_dropped_by_a_hand_over()
    {
        BeginHandOver();
        Proposal own = new(1, EntryType.Normal, new byte[] { 7 }) { OnlyInTerm = _members[Old].Status.Term };
        _members[Old].Propose(own);
        Run();

        Assert.Same(own, Assert.Single(_dropped));
        Reconnect(Next);
        Assert.All(_applied.Values, Assert.Empty);
    }

    [Fact]
    public void Proposal_of_an_earlier_term_alone_is_dropped_by_a_later_leadership()
    {
        Proposal late = new(1, EntryType.Normal, new byte[] { 7 }) { OnlyInTerm = _members[Old].Status.Term };
        _members[Old].TransferLeader(Next);
        Run();
        _members[Next].TransferLeader(Old);
        Run();
        Assert.True(_members[Old].IsLeader);

        _members[Old].Propose(late);
        Run();

        Assert.Same(late, Assert.Single(_dropped));
        Assert.All(_applied.Values, Assert.Empty);
    }

    [Fact]
    public void Forwarded_proposal_whose_time_is_over_is_never_made()
    {
        // A member that is cut off asks for votes and knows no leader.
        _unreachable.Add(Third);
        Tick(Third, 20);
        Assert.Equal(StepResult.Accepted, _members[Third].Receive(Forwarded([7])));
        Tick(Third, RequestTimeoutTicks - 1);
        Assert.Equal(1, _members[Third].WaitingForwarded);
        Tick(Third, 1);
        Assert.Equal(0, _members[Third].WaitingForwarded);

        Reconnect(Third);
        Tick(Old, 2);

        Assert.Equal(Old, _members[Third].Status.LeaderId);
        Assert.All(_applied.Values, Assert.Empty);
    }

    [Fact]
    public void Forwarded_proposals_beyond_the_limit_are_refused()
    {
        const int Limit = 64;
        BeginHandOver();
        byte[] large = new byte[1 << 20];
        for (int i = 0; i < Limit - 1; i++)
        {
            Assert.Equal(StepResult.Accepted, _members[Old].Receive(Forwarded(large)));
        }

        Assert.Equal(StepResult.DroppedLeaderTransfer, _members[Old].Receive(Forwarded(large)));
        Assert.Equal(StepResult.Accepted, _members[Old].Receive(Forwarded([7])));
        Reconnect(Next);
        Assert.All(_applied.Values, applied => Assert.Equal(Limit, applied.Count));
    }

    /// <summary>The leader begins to hand over, which the next one does not learn.</summary>
    private void BeginHandOver()
    {
        _unreachable.Add(Next);
        _members[Old].TransferLeader(Next);
        Run();
        Assert.True(_members[Old].IsLeader);
    }

    private Proposal Propose(ulong member, byte data)
    {
        Proposal proposal = new(data, EntryType.Normal, new[] { data });
        _members[member].Propose(proposal);
        Run();
        return proposal;
    }

    /// <summary>Lets a follower propose, and takes its messages off the wire.</summary>
    private List<Message> Forward(ulong member, byte data)
    {
        _members[member].Propose(new Proposal(data, EntryType.Normal, new[] { data }));
        Poll(member);
        List<Message> sent = [.. _held];
        _held.Clear();
        return sent;
    }

    private static Message Forwarded(byte[] data) => new()
    {
        Type = MessageType.Proposal,
        From = Next,
        Entries = new Entry[] { new(EntryType.Normal, 0, 0, data) },
    };

    private void AssertAppliedOnce(byte data) =>
        Assert.All(_applied.Values, applied => Assert.Equal([data], Assert.Single(applied)));

    private void Reconnect(ulong member)
    {
        _unreachable.Remove(member);
        Run();
    }

    private void Tick(ulong member, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _members[member].Tick();
            Run();
        }
    }

    /// <summary>Delivers the messages of one kind between two members, and nothing else.</summary>
    private void Deliver(ulong from, ulong to, MessageType type)
    {
        Message message = _held.First(held => held.From == from && held.To == to && held.Type == type);
        _held.Remove(message);
        _members[to].Receive(message);
        Poll(to);
    }

    /// <summary>Runs until nothing is left that can be delivered.</summary>
    private void Run()
    {
        foreach (ulong id in _members.Keys)
        {
            Poll(id);
        }

        while (_held.Find(IsDeliverable) is { } message)
        {
            _held.Remove(message);
            _members[message.To].Receive(message);
            Poll(message.To);
        }
    }

    private bool IsDeliverable(Message message) =>
        !_unreachable.Contains(message.To) && !_unreachable.Contains(message.From);

    private void Poll(ulong id)
    {
        ConsensusCore core = _members[id];
        ConsensusOutput output = new();
        do
        {
            core.Poll(output);
            _held.AddRange(output.Messages);
            _dropped.AddRange(output.Dropped);
            _reads.AddRange(output.Reads);
            foreach (Message write in output.LogWrites)
            {
                core.LogWritten(write);
                _held.AddRange(write.Responses.Where(response => response.To != id));
            }

            foreach (Message apply in output.Applies)
            {
                _applied[id].AddRange(
                    apply.Entries.Span.ToArray().Where(static entry => !entry.Data.IsEmpty)
                        .Select(static entry => entry.Data.ToArray()));
                core.Applied(apply);
            }
        }
        while (output.LogWrites.Count + output.Applies.Count > 0);
    }
}
