using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;
using CompareResult = Etcdserverpb.Compare.Types.CompareResult;
using CompareTarget = Etcdserverpb.Compare.Types.CompareTarget;
using SortOrder = Etcdserverpb.RangeRequest.Types.SortOrder;
using SortTarget = Etcdserverpb.RangeRequest.Types.SortTarget;

namespace Etcd.StateMachine.Tests.State;

/// <summary>
/// The store as one would write it without care for speed: every revision is a whole dictionary. Keys are ASCII.
/// </summary>
internal sealed class NaiveStore
{
    private readonly List<SortedDictionary<string, KeyValue>> _states = [Empty(), Empty()];
    private readonly HashSet<long> _leases = [];

    public long Revision => _states.Count - 1;

    public long CompactRevision { get; private set; } = -1;

    public List<(Revision Revision, bool IsTombstone, KeyValue Row)> Rows { get; } = [];

    public (IMessage? Response, EtcdError? Error) Apply(InternalRaftRequest request)
    {
        var work = new Work(this, Clone(_states[^1]));
        (IMessage? Response, EtcdError? Error) result =
            request.Put is not null ? Put(work, request.Put)
            : request.DeleteRange is not null ? (work.Delete(request.DeleteRange), null)
            : request.Txn is not null ? Txn(work, request.Txn)
            : request.Compaction is not null ? Compact(request.Compaction.Revision)
            : request.LeaseGrant is not null ? Grant(request.LeaseGrant)
            : Revoke(work, request.LeaseRevoke.ID);
        if (work.Changes.Count > 0)
        {
            _states.Add(work.Current);
            Rows.AddRange(work.Changes);
        }

        return result;
    }

    public (RangeResponse? Response, EtcdError? Error) Range(RangeRequest request) =>
        Range(request, _states[^1], Revision);

    public uint Hash(long revision, long compactRevision, bool countsTombstones)
    {
        var newest = Rows.Where(row => row.Revision.Main <= revision)
            .GroupBy(row => row.Row.Key)
            .Select(group => group.Last())
            .ToArray();
        var keep = newest.Where(row => !row.IsTombstone).Select(row => row.Revision).ToHashSet();
        bool keepsAnything = keep.Count > 0
            || (countsTombstones && newest.Any(row => row.IsTombstone && row.Revision.Main == revision));
        var unswept = Rows.Where(row => row.Revision.Main <= compactRevision)
            .GroupBy(row => row.Row.Key)
            .Select(group => group.Last())
            .Where(row => !row.IsTombstone || row.Revision.Main == compactRevision)
            .Select(row => row.Revision)
            .ToHashSet();
        var crc = new Crc32C();
        crc.Append("key"u8);
        foreach ((Revision at, bool isTombstone, KeyValue row) in Rows)
        {
            bool compacted = at.Main <= compactRevision && !(keepsAnything ? keep : unswept).Contains(at);
            if (at.Main > revision || compacted || (isTombstone && at.Main == compactRevision))
            {
                continue;
            }

            byte[] key = new byte[isTombstone ? 18 : 17];
            RevisionKey.Write(key, at);
            if (isTombstone)
            {
                key[17] = (byte)'t';
            }

            crc.Append(key);
            crc.Append((isTombstone ? new KeyValue { Key = row.Key } : row).ToByteArray());
        }

        return crc.Value;
    }

    private static SortedDictionary<string, KeyValue> Empty() => new(StringComparer.Ordinal);

    private static SortedDictionary<string, KeyValue> Clone(SortedDictionary<string, KeyValue> state) =>
        new(state, StringComparer.Ordinal);

    private static bool Contains(string key, ByteString from, ByteString end)
    {
        string first = from.ToStringUtf8();
        string last = end.ToStringUtf8();
        return last.Length == 0
            ? key == first
            : string.CompareOrdinal(key, first) >= 0 && (last == "\0" || string.CompareOrdinal(key, last) < 0);
    }

    private (IMessage?, EtcdError?) Put(Work work, PutRequest put)
    {
        if (put.Lease != 0 && !_leases.Contains(put.Lease))
        {
            return (null, EtcdErrors.LeaseNotFound);
        }

        return (put.IgnoreLease || put.IgnoreValue) && !work.Current.ContainsKey(put.Key.ToStringUtf8())
            ? (null, EtcdErrors.KeyNotFound)
            : (work.Put(put), null);
    }

    private (IMessage?, EtcdError?) Compact(long revision)
    {
        if (revision <= CompactRevision || revision > Revision)
        {
            return (null, revision > CompactRevision ? EtcdErrors.FutureRevision : EtcdErrors.Compacted);
        }

        CompactRevision = revision;
        return (new CompactionResponse { Header = new ResponseHeader { Revision = Revision } }, null);
    }

    private (IMessage?, EtcdError?) Grant(LeaseGrantRequest grant) => _leases.Add(grant.ID)
        ? (new LeaseGrantResponse
        {
            Header = new ResponseHeader { Revision = Revision }, ID = grant.ID, TTL = Math.Max(2, grant.TTL),
        }, null)
        : (null, EtcdErrors.LeaseExists);

    private (IMessage?, EtcdError?) Revoke(Work work, long id)
    {
        if (!_leases.Remove(id))
        {
            return (null, EtcdErrors.LeaseNotFound);
        }

        foreach (KeyValue kv in work.Current.Values.Where(kv => kv.Lease == id).ToArray())
        {
            work.Delete(new DeleteRangeRequest { Key = kv.Key });
        }

        return (new LeaseRevokeResponse { Header = new ResponseHeader { Revision = work.Now } }, null);
    }

    private (IMessage?, EtcdError?) Txn(Work work, TxnRequest txn)
    {
        var before = Clone(work.Current);
        return (Check(txn, before, ranges: false, []) ?? Check(txn, before, ranges: true, [])) is { } error
            ? (null, error)
            : (work.Run(txn, before, isNested: false), null);
    }

    private EtcdError? Check(
        TxnRequest txn, SortedDictionary<string, KeyValue> before, bool ranges, List<DeleteRangeRequest> deletes)
    {
        foreach (RequestOp op in txn.Compare.All(c => Holds(c, before)) ? txn.Success : txn.Failure)
        {
            EtcdError? error = null;
            if (op.RequestTxn is { } nested)
            {
                error = Check(nested, before, ranges, deletes);
            }
            else if (!ranges && op.RequestPut is { } put)
            {
                string key = put.Key.ToStringUtf8();
                bool exists = before.ContainsKey(key) && !deletes.Any(d => Contains(key, d.Key, d.RangeEnd));
                error = (put.IgnoreLease || put.IgnoreValue) && !exists ? EtcdErrors.KeyNotFound
                    : put.Lease != 0 && !_leases.Contains(put.Lease) ? EtcdErrors.LeaseNotFound : null;
            }
            else if (ranges && op.RequestRange is { Revision: not 0 } range)
            {
                error = range.Revision > Revision ? EtcdErrors.FutureRevision
                    : range.Revision < CompactRevision ? EtcdErrors.Compacted : null;
            }
            else if (op.RequestDeleteRange is { } delete)
            {
                deletes.Add(delete);
            }

            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    private static bool Holds(Compare compare, SortedDictionary<string, KeyValue> state)
    {
        KeyValue[] found = [.. state.Where(p => Contains(p.Key, compare.Key, compare.RangeEnd)).Select(p => p.Value)];
        if (found.Length == 0)
        {
            return compare.Target != CompareTarget.Value && HoldsFor(compare, new KeyValue());
        }

        return found.All(kv => HoldsFor(compare, kv));
    }

    private static bool HoldsFor(Compare compare, KeyValue kv)
    {
        int order = compare.Target switch
        {
            CompareTarget.Version => kv.Version.CompareTo(compare.Version),
            CompareTarget.Create => kv.CreateRevision.CompareTo(compare.CreateRevision),
            CompareTarget.Mod => kv.ModRevision.CompareTo(compare.ModRevision),
            CompareTarget.Lease => kv.Lease.CompareTo(compare.Lease),
            _ => string.CompareOrdinal(kv.Value.ToStringUtf8(), compare.Value.ToStringUtf8()),
        };
        return compare.Result switch
        {
            CompareResult.Equal => order == 0,
            CompareResult.NotEqual => order != 0,
            CompareResult.Greater => order > 0,
            _ => order < 0,
        };
    }

    private (RangeResponse? Response, EtcdError? Error) Range(
        RangeRequest request, SortedDictionary<string, KeyValue> current, long now)
    {
        if (request.Revision > now)
        {
            return (null, EtcdErrors.FutureRevision);
        }

        long at = request.Revision > 0 ? request.Revision : now;
        if (at < CompactRevision)
        {
            return (null, EtcdErrors.Compacted);
        }

        SortedDictionary<string, KeyValue> state = at == now ? current : _states[(int)at];
        KeyValue[] found =
            [.. state.Where(p => Contains(p.Key, request.Key, request.RangeEnd)).Select(p => p.Value)];
        var response = new RangeResponse { Header = new ResponseHeader { Revision = now }, Count = found.Length };
        if (request.CountOnly)
        {
            return (response, null);
        }

        bool filters = request.MinModRevision != 0 || request.MaxModRevision != 0
            || request.MinCreateRevision != 0 || request.MaxCreateRevision != 0;
        IEnumerable<KeyValue> kvs = found;
        if (request.Limit > 0 && request.SortOrder == SortOrder.None && !filters)
        {
            kvs = kvs.Take((int)request.Limit + 1);
        }

        kvs = kvs.Where(kv =>
            (request.MinModRevision == 0 || kv.ModRevision >= request.MinModRevision)
            && (request.MaxModRevision == 0 || kv.ModRevision <= request.MaxModRevision)
            && (request.MinCreateRevision == 0 || kv.CreateRevision >= request.MinCreateRevision)
            && (request.MaxCreateRevision == 0 || kv.CreateRevision <= request.MaxCreateRevision));
        KeyValue[] sorted = Sort(kvs, request);
        response.More = request.Limit > 0 && sorted.Length > request.Limit;
        foreach (KeyValue kv in response.More ? sorted.Take((int)request.Limit) : sorted)
        {
            KeyValue copy = kv.Clone();
            copy.Value = request.KeysOnly ? ByteString.Empty : copy.Value;
            response.Kvs.Add(copy);
        }

        return (response, null);
    }

    private static KeyValue[] Sort(IEnumerable<KeyValue> kvs, RangeRequest request)
    {
        Comparison<KeyValue> comparison = request.SortTarget switch
        {
            SortTarget.Version => (x, y) => x.Version.CompareTo(y.Version),
            SortTarget.Create => (x, y) => x.CreateRevision.CompareTo(y.CreateRevision),
            SortTarget.Mod => (x, y) => x.ModRevision.CompareTo(y.ModRevision),
            SortTarget.Value => (x, y) => string.CompareOrdinal(x.Value.ToStringUtf8(), y.Value.ToStringUtf8()),
            _ => (x, y) => string.CompareOrdinal(x.Key.ToStringUtf8(), y.Key.ToStringUtf8()),
        };
        var comparer = Comparer<KeyValue>.Create(comparison);
        return request.SortOrder == SortOrder.Descend
            ? [.. kvs.OrderByDescending(kv => kv, comparer)]
            : [.. kvs.OrderBy(kv => kv, comparer)];
    }

    private sealed class Work(NaiveStore store, SortedDictionary<string, KeyValue> current)
    {
        public SortedDictionary<string, KeyValue> Current => current;

        public List<(Revision Revision, bool IsTombstone, KeyValue Row)> Changes { get; } = [];

        public long Now => store.Revision + (Changes.Count > 0 ? 1 : 0);

        public PutResponse Put(PutRequest put)
        {
            string key = put.Key.ToStringUtf8();
            KeyValue? old = current.GetValueOrDefault(key);
            long main = store.Revision + 1;
            var kv = new KeyValue
            {
                Key = put.Key,
                Value = put.IgnoreValue ? old!.Value : put.Value,
                Lease = put.IgnoreLease ? old!.Lease : put.Lease,
                CreateRevision = old?.CreateRevision ?? main,
                ModRevision = main,
                Version = (old?.Version ?? 0) + 1,
            };
            current[key] = kv;
            Changes.Add((new Revision(main, Changes.Count), false, kv));
            return new PutResponse { Header = Header(), PrevKv = put.PrevKv ? old : null };
        }

        public DeleteRangeResponse Delete(DeleteRangeRequest delete)
        {
            var response = new DeleteRangeResponse();
            foreach ((string key, KeyValue kv) in
                current.Where(pair => Contains(pair.Key, delete.Key, delete.RangeEnd)).ToArray())
            {
                current.Remove(key);
                long main = store.Revision + 1;
                var tombstone = new KeyValue { Key = kv.Key, ModRevision = main };
                Changes.Add((new Revision(main, Changes.Count), true, tombstone));
                response.Deleted++;
                if (delete.PrevKv)
                {
                    response.PrevKvs.Add(kv);
                }
            }

            response.Header = Header();
            return response;
        }

        public TxnResponse Run(TxnRequest txn, SortedDictionary<string, KeyValue> before, bool isNested)
        {
            bool succeeded = txn.Compare.All(compare => Holds(compare, before));
            var response = new TxnResponse { Succeeded = succeeded };
            foreach (RequestOp op in succeeded ? txn.Success : txn.Failure)
            {
                response.Responses.Add(
                    op.RequestPut is { } put ? new ResponseOp { ResponsePut = Put(put) }
                    : op.RequestDeleteRange is { } delete ? new ResponseOp { ResponseDeleteRange = Delete(delete) }
                    : op.RequestTxn is { } nested ? new ResponseOp { ResponseTxn = Run(nested, before, isNested: true) }
                    : new ResponseOp { ResponseRange = store.Range(op.RequestRange, current, Now).Response });
            }

            response.Header = isNested ? new ResponseHeader() : Header();
            return response;
        }

        private ResponseHeader Header() => new() { Revision = Now };
    }
}
