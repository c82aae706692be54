using Etcd.Node.Consensus;
using Etcd.Ports.Log;
using Etcd.Raft;
using Etcd.Testing;

namespace Etcd.Node.Tests;

/// <summary>Which writes are worth an fsync before their answers leave.</summary>
public sealed class LogWritingTests
{
    private readonly InMemoryRaftLogStore _store = new();
    private readonly LogWriting _writing;

    public LogWritingTests() => _writing = new LogWriting(_store.Create(default));

    [Fact]
    public void Entries_are_durable_before_they_are_acknowledged()
    {
        Assert.Equal(1, SyncsOf(Write(entry: 1)));
        Assert.Equal(1UL, _store.LastDurableIndex);
    }

    [Fact]
    public void Term_and_vote_are_durable_before_they_are_answered()
    {
        Assert.Equal(1, SyncsOf(Write(term: 2)));
        Assert.Equal(1, SyncsOf(Write(term: 2, vote: 3)));
        Assert.Equal(1, SyncsOf(Write(term: 3, vote: 3)));
    }

    [Fact]
    public void Answer_that_promises_nothing_new_needs_no_sync()
    {
        Assert.Equal(1, SyncsOf(Write(term: 2, vote: 3)));
        Assert.Equal(0, SyncsOf(Write(term: 2, vote: 3, commit: 4)));
        Assert.Equal(0, SyncsOf(Write()));
    }

    [Fact]
    public void Write_that_nobody_waits_for_becomes_durable_with_the_next_answer()
    {
        Assert.Equal(0, SyncsOf(Write(term: 2, vote: 3, isAwaited: false)));
        Assert.Equal(1, SyncsOf(Write()));
        Assert.Equal(0, SyncsOf(Write()));
    }

    [Fact]
    public void Received_state_is_marked_durably()
    {
        Message state = new()
        {
            Type = MessageType.StorageAppend,
            Snapshot = new Snapshot(default, new SnapshotMetadata(new ConfState { Voters = [1] }, Index: 7, Term: 2)),
        };
        Assert.Equal(1, SyncsOf(state));
        Assert.Equal(7UL, _store.LastDurableIndex);
    }

    [Fact]
    public void Writes_that_came_together_share_a_sync()
    {
        _writing.Buffer(Write(entry: 1), out _);
        _writing.Buffer(Write(term: 2), out _);
        Assert.Equal(1, SyncsOf(Write(entry: 2)));
        Assert.Equal(2UL, _store.LastDurableIndex);
    }

    private int SyncsOf(Message write)
    {
        int before = _store.Syncs;
        _writing.Buffer(write, out _);
        _writing.Sync();
        return _store.Syncs - before;
    }

    private static Message Write(
        ulong entry = 0, ulong term = 0, ulong vote = 0, ulong commit = 0, bool isAwaited = true) => new()
    {
        Type = MessageType.StorageAppend,
        Term = term,
        Vote = vote,
        Commit = commit,
        Entries = entry == 0 ? default : new Entry[] { new(EntryType.Normal, 1, entry, new byte[1]) },
        Responses = isAwaited ? [new Message { Type = MessageType.AppendResponse, To = 9 }] : [],
    };
}
