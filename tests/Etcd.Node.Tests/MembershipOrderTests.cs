using Etcd.Node.Consensus;
using Etcd.Node.Peers;
using Etcd.Raft;

namespace Etcd.Node.Tests;

/// <summary>Membership changes that come before the last is applied, at a lone voter whose applying the test holds.
/// </summary>
public sealed class MembershipOrderTests
{
    private const ulong Leader = 1;
    private const int RequestTimeoutTicks = 70;

    private readonly Queue<Message> _applies = new();
    private readonly List<Entry> _appended = [];
    private ConsensusCore _core;

    public MembershipOrderTests() => _core = Restarted();

    [Fact]
    public void Change_waits_until_the_one_before_is_applied()
    {
        Lead();
        Propose(Change(2));
        Run();
        Propose(Change(3));
        Propose(Change(4));
        Run();
        Assert.Equal([Change(2)], Changes());

        Apply();
        Assert.Equal([Change(2), Change(3)], Changes());

        Apply();
        Assert.Equal([Change(2), Change(3), Change(4)], Changes());
    }

    [Fact]
    public void Change_waits_for_one_that_the_membership_refuses()
    {
        Lead();
        Propose(Change(2));
        Propose(Change(3));
        Run();

        Apply(accepts: false);

        Assert.Equal([Change(2), Change(3)], Changes());
    }

    [Fact]
    public void Changes_of_other_members_wait_for_their_turn()
    {
        Lead();
        foreach (ulong id in new ulong[] { 2, 3, 4 })
        {
            Assert.Equal(StepResult.Accepted, _core.Receive(Forwarded(Change(id))));
        }

        Run();
        Assert.Equal(2, _core.WaitingForwarded);
        Assert.Equal([Change(2)], Changes());

        Apply();
        Apply();

        Assert.Equal(0, _core.WaitingForwarded);
        Assert.Equal([Change(2), Change(3), Change(4)], Changes());
    }

    [Fact]
    public void New_leader_has_changes_wait_for_what_it_found_in_its_log()
    {
        _core = Restarted(new Entry(EntryType.Normal, Term: 1, Index: 2, new byte[] { 6 }));
        Propose(Change(2));
        Run();
        Assert.True(_core.IsLeader);
        Assert.Empty(Changes());

        Apply();

        Assert.Equal([Change(2)], Changes());
    }

    [Fact]
    public void Other_proposals_do_not_wait_for_a_change()
    {
        Lead();
        Propose(Change(2));
        Propose(Change(3));
        _core.Propose(new Proposal(1, EntryType.Normal, new byte[] { 7 }));
        Run();
        Assert.Equal(StepResult.Accepted, _core.Receive(Forwarded([8], EntryType.Normal)));
        Run();

        Assert.Equal(["07", "08"], Appended(EntryType.Normal));
        Assert.Equal([Change(2)], Changes());
    }

    [Fact]
    public void Change_whose_proposer_went_away_is_not_made()
    {
        Lead();
        Propose(Change(2));
        Proposal withdrawn = Propose(Change(3));
        Propose(Change(4));
        Run();
        withdrawn.Withdraw();

        Apply();

        Assert.Equal([Change(2), Change(4)], Changes());
    }

    [Fact]
    public void Change_of_another_member_whose_time_is_over_is_not_made()
    {
        Lead();
        Propose(Change(2));
        Run();
        _core.Receive(Forwarded(Change(3)));
        for (int i = 0; i < RequestTimeoutTicks; i++)
        {
            _core.Tick();
            Run();
        }

        Apply();

        Assert.Equal([Change(2)], Changes());
    }

    private static ConsensusCore Restarted(params Entry[] unapplied)
    {
        ConfState configuration = new() { Voters = [Leader] };
        MemoryRaftStorage storage = new();
        storage.ApplySnapshot(new Snapshot(default, new SnapshotMetadata(configuration, Index: 1, Term: 1)));
        storage.Append(unapplied);
        RaftConfig raft = new()
        {
            Id = Leader,
            Storage = storage,
            Random = new Random(1),
            ConfChangeDecoder = RaftMessageCodec.DecodeConfChange,
            Applied = 1,
        };
        ConsensusOptions options = new() { MemberId = Leader, RequestTimeoutTicks = RequestTimeoutTicks };
        return new ConsensusCore(options, raft, storage, configuration);
    }

    /// <summary>The entry by which the leader opens its term is applied.</summary>
    private void Lead()
    {
        Run();
        Apply();
        Assert.True(_core.IsLeader);
        Assert.Empty(_applies);
    }

    private Proposal Propose(string change)
    {
        Proposal proposal = new(1, EntryType.ConfChange, Convert.FromHexString(change));
        _core.Propose(proposal);
        return proposal;
    }

    private static Message Forwarded(string change) =>
        Forwarded(Convert.FromHexString(change), EntryType.ConfChange);

    private static Message Forwarded(byte[] data, EntryType type) => new()
    {
        Type = MessageType.Proposal,
        From = 9,
        Entries = new Entry[] { new(type, 0, 0, data) },
    };

    /// <summary>An added learner, which leaves the voter alone: the entry's payload in hex.</summary>
    private static string Change(ulong id) => $"08{id:X2}100318{id:X2}";

    private List<string> Changes() => Appended(EntryType.ConfChange);

    private List<string> Appended(EntryType type) =>
        [.. _appended.Where(entry => entry.Type == type && !entry.Data.IsEmpty).Select(static entry => Hex(entry))];

    private static string Hex(in Entry entry) => Convert.ToHexString(entry.Data.Span);

    /// <summary>Writes all that is to be written.</summary>
    private void Run()
    {
        ConsensusOutput output = new();
        do
        {
            _core.Poll(output);
            foreach (Message write in output.LogWrites)
            {
                _appended.AddRange(write.Entries.Span);
                _core.LogWritten(write);
            }

            foreach (Message apply in output.Applies)
            {
                _applies.Enqueue(apply);
            }
        }
        while (output.LogWrites.Count > 0);
    }

    /// <summary>Applies what was committed so far, and goes on.</summary>
    private void Apply(bool accepts = true)
    {
        for (int i = _applies.Count; i > 0; i--)
        {
            Message apply = _applies.Dequeue();
            foreach (Entry entry in apply.Entries.Span)
            {
                if (accepts && entry.Type == EntryType.ConfChange)
                {
                    _core.ConfChangeApplied(entry.Index, RaftMessageCodec.DecodeConfChange(entry)!);
                }
            }

            _core.Applied(apply);
        }

        Run();
    }
}
