using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Action = Etcdserverpb.AlarmRequest.Types.AlarmAction;

namespace Etcd.StateMachine.Tests.State;

public sealed class AlarmAndQuotaTests
{
    private readonly StateHarness _state = new();

    [Fact]
    public void No_space_refuses_what_needs_room_and_nothing_else()
    {
        _state.Grant(1);
        _state.Put("a", "1", lease: 1);
        Alarm(Action.Activate, 9, AlarmType.Nospace);

        Assert.Same(EtcdErrors.NoSpace, Refusal(Put("b")));
        Assert.Same(EtcdErrors.NoSpace, Refusal(Txn(new RequestOp { RequestPut = StateHarness.PutOf("b", "1") })));
        var nested = new TxnRequest { Success = { new RequestOp { RequestPut = StateHarness.PutOf("b", "1") } } };
        Assert.Null(Refusal(Txn(new RequestOp { RequestTxn = nested })));
        Assert.Same(EtcdErrors.NoSpace, Refusal(Grant(2)));
        Assert.Null(Refusal(Txn(new RequestOp { RequestDeleteRange = StateHarness.DeleteOf("x") })));
        Assert.Null(Refusal(new InternalRaftRequest { DeleteRange = StateHarness.DeleteOf("x") }));
        Assert.Null(Refusal(new InternalRaftRequest { Compaction = new CompactionRequest { Revision = 2 } }));
        Assert.Null(Refusal(new InternalRaftRequest { LeaseRevoke = new LeaseRevokeRequest { ID = 1 } }));
    }

    [Fact]
    public void Corruption_refuses_every_write()
    {
        _state.Grant(1);
        _state.Put("a", "1");
        Alarm(Action.Activate, 9, AlarmType.Corrupt);

        InternalRaftRequest[] writes =
        [
            Put("b"),
            Txn(new RequestOp { RequestDeleteRange = StateHarness.DeleteOf("x") }),
            Grant(2),
            new InternalRaftRequest { DeleteRange = StateHarness.DeleteOf("a") },
            new InternalRaftRequest { Compaction = new CompactionRequest { Revision = 2 } },
            new InternalRaftRequest { LeaseRevoke = new LeaseRevokeRequest { ID = 1 } },
        ];
        Assert.All(writes, write => Assert.Same(EtcdErrors.Corrupt, Refusal(write)));
        Assert.Equal(1, _state.Range("a").Count);
    }

    [Fact]
    public void Alarms_are_pairs_and_the_last_one_lifts_the_refusal()
    {
        Assert.Single(Alarm(Action.Activate, 9, AlarmType.Nospace).Alarms);
        Assert.Single(Alarm(Action.Activate, 9, AlarmType.Nospace).Alarms);
        Alarm(Action.Activate, 3, AlarmType.Nospace);
        Alarm(Action.Activate, 3, AlarmType.Corrupt);
        Assert.Empty(Alarm(Action.Activate, 3, AlarmType.None).Alarms);

        Assert.Equal(3, Alarm(Action.Get, 0, AlarmType.None).Alarms.Count);
        Assert.Equal([3UL, 9UL], Alarm(Action.Get, 0, AlarmType.Nospace).Alarms.Select(alarm => alarm.MemberID));
        Assert.Empty(Alarm(Action.Deactivate, 0, AlarmType.Nospace).Alarms);
        Assert.Single(Alarm(Action.Deactivate, 3, AlarmType.Corrupt).Alarms);
        Assert.Same(EtcdErrors.NoSpace, Refusal(Put("a")));
        Alarm(Action.Deactivate, 3, AlarmType.Nospace);
        Assert.Same(EtcdErrors.NoSpace, Refusal(Put("a")));
        Alarm(Action.Deactivate, 9, AlarmType.Nospace);
        Assert.Null(Refusal(Put("a")));
        Assert.Empty(_state.State.Alarms.Published);
    }

    [Fact]
    public void Alarms_and_their_end_survive_a_restart()
    {
        Alarm(Action.Activate, 9, AlarmType.Nospace);

        _state.Reopen();

        Assert.Equal(9UL, Assert.Single(_state.State.Alarms.Published).MemberID);
        Assert.Same(EtcdErrors.NoSpace, Refusal(Put("a")));

        Alarm(Action.Deactivate, 9, AlarmType.Nospace);
        _state.Reopen();

        Assert.Empty(_state.State.Alarms.Published);
        Assert.Null(Refusal(Put("a")));
    }

    [Fact]
    public void Put_over_the_quota_takes_effect_and_answers_no_space()
    {
        var state = new StateHarness(options: new StateMachineOptions { QuotaBytes = 700 });
        Assert.Null(state.Apply(Put("a")).Error);

        ApplyResult result = state.Apply(
            new InternalRaftRequest { Put = StateHarness.PutOf("b", new string('x', 400)) });

        Assert.Same(EtcdErrors.NoSpace, result.Error);
        Assert.True(result.QuotaExceeded);
        Assert.Equal(1, state.Range("b").Count);
        Assert.False(state.Apply(new InternalRaftRequest { DeleteRange = StateHarness.DeleteOf("b") }).QuotaExceeded);
    }

    [Fact]
    public void Quota_counts_what_the_batch_holds()
    {
        var state = new StateHarness(options: new StateMachineOptions { QuotaBytes = 1000 });

        bool[] exceeded =
        [
            .. Enumerable.Range(0, 3).Select(i => state.ApplyOnly(
                new InternalRaftRequest { Put = StateHarness.PutOf($"k{i}", new string('x', 400)) }).QuotaExceeded),
        ];

        Assert.Equal([false, true, true], exceeded);
    }

    private static InternalRaftRequest Put(string key) => new() { Put = StateHarness.PutOf(key, "1") };

    private static InternalRaftRequest Grant(long id) =>
        new() { LeaseGrant = new LeaseGrantRequest { ID = id, TTL = 60 } };

    private static InternalRaftRequest Txn(RequestOp op) => new() { Txn = new TxnRequest { Success = { op } } };

    private EtcdError? Refusal(InternalRaftRequest request) => _state.Apply(request).Error;

    private AlarmResponse Alarm(Action action, ulong memberId, AlarmType type)
    {
        IMessage? response = _state.Apply(new InternalRaftRequest
        {
            Alarm = new AlarmRequest { Action = action, MemberID = memberId, Alarm = type },
        }).Response;
        return Assert.IsType<AlarmResponse>(response);
    }
}
