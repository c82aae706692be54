using System.Buffers.Binary;
using Etcd.Ports.Engine;
using Etcd.StateMachine.Membership;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Tests.State;

public sealed class ApplyTests
{
    private readonly StateHarness _state = new();

    [Fact]
    public void Applied_entries_are_passed_over()
    {
        byte[] put = new InternalRaftRequest { Put = StateHarness.PutOf("a", "1") }.ToByteArray();
        var entry = new CommittedEntry(CommittedEntryKind.Normal, 3, 1, put);

        Assert.False(_state.State.Apply(entry).Skipped);
        Assert.True(_state.State.Apply(entry).Skipped);
        _state.Commit();
        _state.Reopen();
        Assert.True(_state.State.Apply(entry).Skipped);
        Assert.Equal((2, 1UL, 3UL), (_state.View.Revision, _state.View.AppliedIndex, _state.View.AppliedTerm));
    }

    [Fact]
    public void Gap_in_the_log_fails()
    {
        _state.Put("a", "1");

        Assert.Throws<InvalidOperationException>(
            () => _state.State.Apply(new CommittedEntry(CommittedEntryKind.Normal, 3, 3, default)));
    }

    [Fact]
    public void Request_id_comes_from_the_request_or_its_header()
    {
        var own = new InternalRaftRequest { ID = 5, Put = StateHarness.PutOf("a", "1") };
        var header = new InternalRaftRequest
        {
            Header = new RequestHeader { ID = 6 }, Put = StateHarness.PutOf("a", "1"),
        };

        Assert.Equal(5UL, _state.Apply(own).RequestId);
        Assert.Equal(6UL, _state.Apply(header).RequestId);
    }

    [Fact]
    public void Plain_puts_and_transactions_are_read_as_the_whole_parser_reads_them()
    {
        PutRequest put = StateHarness.PutOf("a", "1", lease: 3);
        var txn = new TxnRequest
        {
            Compare = { new Compare { Key = put.Key, ModRevision = 7 } },
            Success = { new RequestOp { RequestPut = put } },
            Failure = { new RequestOp { RequestTxn = new TxnRequest() } },
        };
        InternalRaftRequest[] plain =
        [
            new() { Put = put },
            new() { ID = ulong.MaxValue, Put = put },
            new() { Header = new RequestHeader { ID = 300 }, Put = put },
            new() { ID = 1, Header = new RequestHeader { ID = 300 }, Put = new PutRequest() },
            new() { ID = ulong.MaxValue, Txn = txn },
            new() { Header = new RequestHeader { ID = 300 }, Txn = txn },
            new() { Txn = new TxnRequest() },
        ];
        InternalRaftRequest[] others =
        [
            new() { ID = 1 },
            new() { Header = new RequestHeader { ID = 1, Username = "root" }, Put = put },
            new() { Put = put, LeaseRevoke = new LeaseRevokeRequest { ID = 1 } },
            new() { Put = put, Txn = txn },
            new() { DeleteRange = StateHarness.DeleteOf("a") },
        ];

        Assert.All(plain, request =>
        {
            IMessage? read = RequestEntryCodec.Read(request.ToByteArray(), out ulong id);
            Assert.Equal(request.Put ?? (IMessage)request.Txn, read);
            Assert.Equal(request.ID != 0 ? request.ID : request.Header?.ID ?? 0, id);
        });
        Assert.All(
            plain.Where(request => request.ID == 0 && request.Header is not null),
            request => Assert.Equal(
                request.ToByteArray(),
                request.Put is null
                    ? RequestEntryCodec.Encode(request.Header.ID, request.Txn)
                    : RequestEntryCodec.Encode(request.Header.ID, request.Put).ToArray()));
        Assert.All(others, request => Assert.Null(RequestEntryCodec.Read(request.ToByteArray(), out _)));
        const int headerBytes = 6;
        byte[] bytes = plain[2].ToByteArray();
        Assert.All(
            Enumerable.Range(0, bytes.Length),
            length => Assert.Equal(
                length == bytes.Length - headerBytes,
                RequestEntryCodec.Read(bytes.AsMemory(0, length), out _) is PutRequest));
    }

    [Fact]
    public void Unknown_request_stops_the_member() =>
        Assert.Throws<InvalidDataException>(() => _state.Apply(new InternalRaftRequest { ID = 1 }));

    [Fact]
    public void Views_see_a_batch_only_when_it_is_committed()
    {
        _state.ApplyOnly(new InternalRaftRequest { Put = StateHarness.PutOf("a", "1") });
        MvccView before = _state.View;
        _state.ApplyOnly(new InternalRaftRequest { Put = StateHarness.PutOf("a", "2") });
        Assert.Equal((1, 0), (before.Revision, before.KeyCount));
        _state.Commit();

        Assert.Equal((1, 0), (before.Revision, before.KeyCount));
        Assert.Equal((3, 1), (_state.View.Revision, _state.View.KeyCount));
        Assert.Equal([2L, 3L], _state.Events.Select(events => events.Revision));
        Assert.Null(_state.State.Commit());
    }

    [Fact]
    public void Later_entries_of_a_batch_see_earlier_ones()
    {
        _state.ApplyOnly(new InternalRaftRequest { Put = StateHarness.PutOf("a", "1") });
        PutRequest second = StateHarness.PutOf("a", "2");
        second.PrevKv = true;

        var response = (PutResponse)_state.ApplyOnly(new InternalRaftRequest { Put = second }).Response!;

        Assert.Equal("1", response.PrevKv.Value.ToStringUtf8());
        _state.Commit();
        Assert.Equal(2, _state.Range("a").Kvs[0].Version);
    }

    [Fact]
    public void Rows_are_what_etcd_writes()
    {
        _state.Grant(0x4d);
        _state.Put("a", "1", lease: 0x4d);
        _state.Put("b", string.Empty);
        _state.Delete("a");

        var rows = new List<string>();
        using (IKvCursor cursor = _state.Engine.Scan(Bucket.Key, [], []))
        {
            while (cursor.MoveNext())
            {
                rows.Add(Convert.ToHexString(cursor.Key) + "=" + Convert.ToHexString(cursor.Value));
            }
        }

        Assert.Equal(
            [
                "00000000000000025F0000000000000000=0A01611002180220012A0131304D",
                "00000000000000035F0000000000000000=0A0162100318032001",
                "00000000000000045F000000000000000074=0A0161",
            ],
            rows);
        Assert.Equal(4UL, BinaryPrimitives.ReadUInt64BigEndian(_state.Engine.Get(Bucket.Meta, "consistent_index"u8)));
        Assert.Equal(3UL, BinaryPrimitives.ReadUInt64BigEndian(_state.Engine.Get(Bucket.Meta, "term"u8)));
    }

    [Fact]
    public void Events_carry_the_full_key_value_or_the_key_alone()
    {
        _state.Put("a", "1");
        _state.Delete("a");

        Assert.Equal(_state.View.GetAt(StateHarness.Bytes("a"), 2), _state.Events[0].Events[0].Kv);
        Assert.Equal(new KeyValue { Key = StateHarness.Bytes("a"), ModRevision = 3 }, _state.Events[1].Events[0].Kv);
        Assert.Null(_state.Events[1].Events[0].PrevKv);
        (IReadOnlyList<RevisionEvents>? replayed, _) = _state.View.ReadEvents(1, 10, long.MaxValue, out long next);
        Assert.Equal(_state.Events.SelectMany(e => e.Events), replayed!.SelectMany(e => e.Events));
        Assert.Equal(4, next);
    }

    [Fact]
    public void Event_reads_stop_between_revisions()
    {
        for (int i = 0; i < 5; i++)
        {
            _state.Txn(new TxnRequest
            {
                Success =
                {
                    new RequestOp { RequestPut = StateHarness.PutOf("a", "1") },
                    new RequestOp { RequestPut = StateHarness.PutOf("b", "1") },
                },
            });
        }

        (IReadOnlyList<RevisionEvents>? two, _) = _state.View.ReadEvents(3, 2, long.MaxValue, out long next);
        (IReadOnlyList<RevisionEvents>? bytes, _) = _state.View.ReadEvents(3, 100, 1, out long afterBytes);
        (IReadOnlyList<RevisionEvents>? none, _) = _state.View.ReadEvents(9, 100, 100, out long beyond);

        Assert.Equal([(3L, 2), (4L, 2)], two!.Select(events => (events.Revision, events.Events.Count)));
        Assert.Equal((5, 4, 9), (next, afterBytes, beyond));
        Assert.Single(bytes!);
        Assert.Empty(none!);
    }

    [Fact]
    public void Conf_change_keeps_the_member_and_the_configuration()
    {
        var member = new ClusterMember(7, "one", ["http://h:1"], [], isLearner: false);
        Raftpb.ConfChange change = MembershipRequests.Add(requestId: 11, member);
        ApplyResult result = _state.State.Apply(new CommittedEntry(
            CommittedEntryKind.ConfChange, 1, 1, change.ToByteArray()));
        _state.State.SetConfState(new Raftpb.ConfState { Voters = { 7 }, AutoLeave = false });
        Assert.Empty(_state.State.Members.Published.Members);
        _state.Commit();

        Assert.True(result.ConfChangeAccepted);
        Assert.Equal((11UL, 7UL), (result.RequestId, result.Effect.MemberId));
        ApplyResult again = _state.State.Apply(new CommittedEntry(
            CommittedEntryKind.ConfChange, 1, 2, change.ToByteArray()));
        Assert.False(again.ConfChangeAccepted);
        Assert.NotNull(again.Error);
        _state.Reopen();
        Assert.Equal("one", Assert.Single(_state.State.Members.Published.Members).Name);
        Assert.Equal([7UL], _state.State.ConfState!.Voters);
    }

    [Fact]
    public void Bare_request_of_the_old_store_reaches_the_membership()
    {
        var member = new ClusterMember(7, string.Empty, ["http://h:1"], [], isLearner: false);
        _state.State.ApplyConfChange(1, 1, MembershipRequests.Add(requestId: 0, member));
        Request publish = MembershipRequests.PublishAttributes(12, 7, "two", ["http://c:1"]);
        ApplyResult result = _state.State.Apply(new CommittedEntry(
            CommittedEntryKind.Normal, 1, 2, publish.ToByteArray()));
        _state.Commit();

        Assert.Equal(12UL, result.RequestId);
        Assert.Equal("two", _state.State.Members.Published.Members[0].Name);
    }

    [Fact]
    public void Leases_and_their_keys_survive_a_restart()
    {
        _state.Grant(1, 100);
        _state.Put("kept", "1", lease: 1);
        _state.Put("moved", "1", lease: 1);
        _state.Put("moved", "2");
        _state.Put("deleted", "1", lease: 1);
        _state.Delete("deleted");

        _state.Reopen();
        _state.Revoke(1);

        Assert.Equal(["moved"], _state.Range("\0", "\0").Kvs.Select(kv => kv.Key.ToStringUtf8()));
    }
}
