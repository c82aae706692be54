using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcd.Testing;
using Etcdserverpb;
using Google.Protobuf;

namespace Etcd.StateMachine.Tests.State;

/// <summary>A replicated state on an engine in memory, driven as the apply loop drives it.</summary>
internal sealed class StateHarness
{
    public StateHarness(InMemoryEngine? engine = null, StateMachineOptions? options = null)
    {
        Engine = engine ?? new InMemoryEngine();
        Options = options ?? new StateMachineOptions();
        State = ReplicatedState.Open(Engine, Options);
    }

    public InMemoryEngine Engine { get; private set; }

    public StateMachineOptions Options { get; }

    public ReplicatedState State { get; private set; }

    public MvccView View => State.View;

    public List<RevisionEvents> Events { get; } = [];

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    public static PutRequest PutOf(string key, string value, long lease = 0) =>
        new() { Key = Bytes(key), Value = Bytes(value), Lease = lease };

    public static DeleteRangeRequest DeleteOf(string key, string end = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(end) };

    public static RangeRequest RangeOf(string key, string end = "", long revision = 0) =>
        new() { Key = Bytes(key), RangeEnd = Bytes(end), Revision = revision };

    public ApplyResult ApplyOnly(InternalRaftRequest request) => State.Apply(new CommittedEntry(
        CommittedEntryKind.Normal, Term: 3, State.AppliedIndex + 1, request.ToByteArray()));

    public ApplyResult Apply(InternalRaftRequest request)
    {
        ApplyResult result = ApplyOnly(request);
        Commit();
        return result;
    }

    public void Commit()
    {
        if (State.Commit() is { } batch)
        {
            Events.AddRange(batch.Revisions);
        }
    }

    public void SweepAll(int maxKeys = 1000)
    {
        while (State.StepCompaction(maxKeys))
        {
        }
    }

    public void Reopen(InMemoryEngine? engine = null)
    {
        State.Dispose();
        Engine = engine ?? Engine;
        State = ReplicatedState.Open(Engine, Options);
    }

    public PutResponse Put(string key, string value, long lease = 0) =>
        Expect<PutResponse>(new InternalRaftRequest { Put = PutOf(key, value, lease) });

    public DeleteRangeResponse Delete(string key, string end = "") =>
        Expect<DeleteRangeResponse>(new InternalRaftRequest { DeleteRange = DeleteOf(key, end) });

    public TxnResponse Txn(TxnRequest request) => Expect<TxnResponse>(new InternalRaftRequest { Txn = request });

    public EtcdError TxnError(TxnRequest request) => ExpectError(new InternalRaftRequest { Txn = request });

    public LeaseGrantResponse Grant(long id, long ttlSeconds = 60) => Expect<LeaseGrantResponse>(
        new InternalRaftRequest { LeaseGrant = new LeaseGrantRequest { ID = id, TTL = ttlSeconds } });

    public LeaseRevokeResponse Revoke(long id) => Expect<LeaseRevokeResponse>(
        new InternalRaftRequest { LeaseRevoke = new LeaseRevokeRequest { ID = id } });

    public ApplyResult Compact(long revision) =>
        Apply(new InternalRaftRequest { Compaction = new CompactionRequest { Revision = revision } });

    public RangeResponse Range(RangeRequest request)
    {
        (RangeResponse? response, EtcdError? error) = View.Range(request);
        Assert.Null(error);
        return response!;
    }

    public RangeResponse Range(string key, string end = "", long revision = 0) => Range(RangeOf(key, end, revision));

    public EtcdError? RangeError(RangeRequest request) => View.Range(request).Error;

    public EtcdError ExpectError(InternalRaftRequest request)
    {
        ApplyResult result = Apply(request);
        Assert.Null(result.Response);
        return Assert.IsType<EtcdError>(result.Error);
    }

    public T Expect<T>(InternalRaftRequest request)
        where T : class
    {
        ApplyResult result = Apply(request);
        Assert.Null(result.Error);
        return Assert.IsType<T>(result.Response);
    }
}
