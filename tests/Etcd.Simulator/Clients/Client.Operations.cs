using Etcd.Simulator.Checkers;
using Etcd.Simulator.Members;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;

namespace Etcd.Simulator.Clients;

/// <content>What a client may ask.</content>
internal sealed partial class Client
{
    private void Put(SimMember member)
    {
        string key = Key();
        long number = simulation.NextValue();
        RegisterOperation operation = Record(key, RegisterKind.Write, number);
        InternalRaftRequest request = new() { Put = PutOf(key, number) };
        Propose(member, $"put {key}={number}", request, [operation], (result, floor) =>
        {
            Returned(operation, key, 0, succeeded: true);
            PutResponse response = (PutResponse)result.Response!; // No error.
            floor.Returned($"put {key}", response.Header.Revision);
        });
    }

    private void PutTwo(SimMember member)
    {
        string first = Key();
        string second = Key();
        if (first == second)
        {
            Put(member);
            return;
        }

        long one = simulation.NextValue();
        long two = simulation.NextValue();
        RegisterOperation[] operations =
            [Record(first, RegisterKind.Write, one), Record(second, RegisterKind.Write, two)];
        TxnRequest txn = new();
        txn.Success.Add(new RequestOp { RequestPut = PutOf(first, one) });
        txn.Success.Add(new RequestOp { RequestPut = PutOf(second, two) });
        InternalRaftRequest request = new() { Txn = txn };
        Propose(member, $"put two {first}={one} {second}={two}", request, operations, (result, floor) =>
        {
            Returned(operations[0], first, 0, succeeded: true);
            Returned(operations[1], second, 0, succeeded: true);
            floor.Returned("two puts", ((TxnResponse)result.Response!).Header.Revision); // No error.
        });
    }

    private void CompareAndSwap(SimMember member)
    {
        string key = Key();
        long expected = _lastSeen.GetValueOrDefault(key);
        long number = simulation.NextValue();
        RegisterOperation operation = Record(key, RegisterKind.CompareAndSwap, number, expected);
        TxnRequest txn = new();
        txn.Compare.Add(expected == 0
            ? new Compare { Key = Bytes(key), Target = Compare.Types.CompareTarget.Create, CreateRevision = 0 }
            : new Compare
            {
                Key = Bytes(key),
                Target = Compare.Types.CompareTarget.Value,
                Value = Bytes(ValueOf(expected)),
            });
        txn.Success.Add(new RequestOp { RequestPut = PutOf(key, number) });
        txn.Failure.Add(new RequestOp { RequestRange = new RangeRequest { Key = Bytes(key) } });
        InternalRaftRequest request = new() { Txn = txn };
        Propose(
            member, $"swap {key} {expected}->{number}", request, [operation], (result, floor) =>
            {
                TxnResponse response = (TxnResponse)result.Response!; // No error.
                long found = response.Succeeded || response.Responses[0].ResponseRange.Kvs.Count == 0
                    ? 0
                    : NumberOf(response.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());
                Returned(operation, key, found, response.Succeeded);
                floor.Returned($"swap {key}", response.Header.Revision);
            });
    }

    private void Delete(SimMember member, string from, string? to)
    {
        List<(string Key, RegisterOperation Operation)> operations = [];
        foreach (string key in simulation.KeysIn(from, to))
        {
            operations.Add((key, Record(key, RegisterKind.Delete)));
        }

        DeleteRangeRequest request = new() { Key = Bytes(from), PrevKv = true };
        request.RangeEnd = to is null ? request.RangeEnd : Bytes(to);
        RegisterOperation[] recorded = [.. operations.Select(static pair => pair.Operation)];
        InternalRaftRequest proposal = new() { DeleteRange = request };
        Propose(member, $"delete {from} {to}", proposal, recorded, (result, floor) =>
        {
            DeleteRangeResponse response = (DeleteRangeResponse)result.Response!; // No error.
            Dictionary<string, long> deleted = response.PrevKvs.ToDictionary(
                static kv => kv.Key.ToStringUtf8(), static kv => NumberOf(kv.Value.ToStringUtf8()));
            foreach ((string key, RegisterOperation operation) in operations)
            {
                Returned(operation, key, deleted.GetValueOrDefault(key), succeeded: true);
            }

            floor.Returned($"delete {from}", response.Header.Revision);
        });
    }

    private void Get(SimMember member)
    {
        string key = Key();
        RevisionFloor floor = simulation.Order.Floor;
        RegisterOperation operation = Record(key, RegisterKind.Read);
        Call(member, $"get {key}", end => member.Read(confirmed =>
        {
            if (!confirmed)
            {
                end(static () => { });
                return;
            }

            MvccView view = member.Core.State.View;
            (RangeResponse? response, _) = view.Range(new RangeRequest { Key = Bytes(key) });
            simulation.Ledger.CheckRange(member.Id, response!, key, null, view.Revision); // Current reads succeed.
            long found = response!.Kvs.Count == 0 ? 0 : NumberOf(response.Kvs[0].Value.ToStringUtf8());
            long revision = response.Header.Revision;
            end(() =>
            {
                Returned(operation, key, found, succeeded: true);
                floor.Returned($"get {key}", revision);
            });
        }));
    }

    private void GetSerializable(SimMember member) => Call(member, "get serializable", end =>
    {
        MvccView view = member.Core.State.View;
        (RangeResponse? response, _) = view.Range(new RangeRequest { Key = Bytes("a"), RangeEnd = Bytes("z") });
        simulation.Ledger.CheckRange(member.Id, response!, "a", "z", view.Revision); // Current reads succeed.
        end(static () => { });
    });

    private void GetAtRevision(SimMember member)
    {
        string key = Key();
        Call(member, $"get old {key}", end =>
        {
            MvccView view = member.Core.State.View;
            long revision = 1 + _random.NextInt64(view.Revision + 1);
            (RangeResponse? response, var error) = view.Range(new RangeRequest
            {
                Key = Bytes(key),
                RangeEnd = Bytes("z"),
                Revision = revision,
            });
            bool readable = revision >= view.CompactRevision && revision <= view.Revision;
            World.SimulationFailure.Unless(
                readable == (error is null),
                "old revisions are readable until compacted",
                () => $"{member.Id:x} says {error} for {revision} of [{view.CompactRevision}, {view.Revision}]");
            if (response is not null)
            {
                simulation.Ledger.CheckRange(member.Id, response, key, "z", revision);
            }

            end(static () => { });
        });
    }

    private void Compact(SimMember member)
    {
        long newest = member.IsRunning ? member.Core.State.View.Revision : 1;
        long revision = Math.Max(1, newest - _random.Next(60));
        CompactionRequest compaction = new() { Revision = revision };
        InternalRaftRequest request = new() { Compaction = compaction };
        Propose(member, $"compact {revision}", request, [], static (_, _) => { });
    }

    private void MoveLeader(SimMember member)
    {
        if (simulation.AnyRunning(_random) is { } target)
        {
            Call(member, "move leader", end =>
            {
                member.Core.Consensus.TransferLeader(target.Id);
                end(static () => { });
            });
        }
        else
        {
            Again();
        }
    }

    private static PutRequest PutOf(string key, long number) =>
        new() { Key = Bytes(key), Value = Bytes(ValueOf(number)) };
}
