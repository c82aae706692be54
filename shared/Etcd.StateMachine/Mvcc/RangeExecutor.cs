using Etcd.Protocol.Errors;
using Etcdserverpb;
using Google.Protobuf.Collections;
using Mvccpb;
using SortOrder = Etcdserverpb.RangeRequest.Types.SortOrder;
using SortTarget = Etcdserverpb.RangeRequest.Types.SortTarget;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// Answers range requests with etcd's rules, the odd ones included: <c>count</c> is taken before limit and filters,
/// a sort target without an order sorts only what the limit let through, and any filter or order fetches everything
/// before it cuts. Stateless.
/// </summary>
internal static class RangeExecutor
{
    /// <summary>Answers a request. The error may be <see cref="ReadErrors.Swept"/>.</summary>
    public static (RangeResponse? Response, EtcdError? Error) Execute(IReadContext context, RangeRequest request)
    {
        long current = context.ReadRevision;
        if (request.Revision > current)
        {
            return (null, EtcdErrors.FutureRevision);
        }

        long at = request.Revision <= 0 ? current : request.Revision;
        if (at < context.CompactRevision)
        {
            return (null, EtcdErrors.Compacted);
        }

        var response = new RangeResponse { Header = new ResponseHeader { Revision = current } };
        KeyInterval interval = KeyInterval.Of(request.Key, request.RangeEnd);
        bool complete = request.CountOnly ? Count(context, interval, at, response)
            : interval.IsSingle ? ReadSingle(context, request, at, response)
            : IsPlain(request) ? ReadPlain(context, request, interval, at, response)
            : ReadSorted(context, request, interval, at, response);
        return complete ? (response, null) : (null, ReadErrors.Swept);
    }

    /// <summary>
    /// The first keys of an interval in key order, up to the limit or the size that the page reaches with its last
    /// key; without sort, filters and count. The error may be <see cref="ReadErrors.Swept"/>.
    /// </summary>
    public static (RangeResponse? Response, EtcdError? Error) ExecutePage(
        IReadContext context, RangeRequest request, long pageBytes)
    {
        long at = request.Revision;
        if (at > context.ReadRevision)
        {
            return (null, EtcdErrors.FutureRevision);
        }

        if (at < context.CompactRevision)
        {
            return (null, EtcdErrors.Compacted);
        }

        var collector = new RevisionCollector(at, request.Limit + 1, countsAll: false, filter: null, []);
        KeyInterval interval = KeyInterval.Of(request.Key, request.RangeEnd);
        IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
        var response = new RangeResponse();
        foreach (Revision revision in collector.Found)
        {
            if (response.Kvs.Count == request.Limit || pageBytes <= 0)
            {
                response.More = true;
                break;
            }

            if (context.Read(revision) is not { } value)
            {
                return (null, ReadErrors.Swept);
            }

            KeyValue shown = request.KeysOnly ? WithoutValue(value) : value;
            response.Kvs.Add(shown);
            pageBytes -= shown.CalculateSize();
        }

        return (response, null);
    }

    /// <summary>The living keys of an interval at the current revision, in key order.</summary>
    public static List<KeyHistory> CollectLive(IReadContext context, KeyInterval interval)
    {
        if (interval.IsSingle)
        {
            KeyHistory? history = IndexReader.Find(context.Root, interval.From);
            return history is { IsLive: true } ? [history] : [];
        }

        var collector = new LiveCollector([]);
        IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
        return collector.Found;
    }

    // Natural order, no filter: the limit ends the walk.
    private static bool IsPlain(RangeRequest request) =>
        request.SortTarget == SortTarget.Key
        && request.SortOrder is SortOrder.None or SortOrder.Ascend
        && !HasFilter(request);

    private static bool HasFilter(RangeRequest request) =>
        (request.MinModRevision | request.MaxModRevision
            | request.MinCreateRevision | request.MaxCreateRevision) != 0;

    private static bool Count(IReadContext context, KeyInterval interval, long at, RangeResponse response)
    {
        if (interval.IsSingle)
        {
            KeyHistory? history = IndexReader.Find(context.Root, interval.From);
            response.Count = history is not null && history.TryGet(at, out _, out _, out _) ? 1 : 0;
        }
        else if (at == context.ReadRevision)
        {
            response.Count = IndexReader.CountLive(context.Root, interval.From, interval.To, interval.HasTo);
        }
        else
        {
            var collector = new RevisionCollector(at, limit: 0, countsAll: true, filter: null, []);
            IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
            response.Count = collector.Total;
        }

        return true;
    }

    private static bool ReadSingle(IReadContext context, RangeRequest request, long at, RangeResponse response)
    {
        KeyHistory? history = IndexReader.Find(context.Root, request.Key.Span);
        if (history is null || !history.TryGet(at, out Revision modified, out long created, out _))
        {
            return true;
        }

        response.Count = 1;
        if (HasFilter(request) && !PassesFilter(request, modified.Main, created))
        {
            return true;
        }

        if (context.Read(modified) is not { } value)
        {
            return false;
        }

        response.Kvs.Add(request.KeysOnly ? WithoutValue(value) : value);
        return true;
    }

    private static bool ReadPlain(
        IReadContext context, RangeRequest request, KeyInterval interval, long at, RangeResponse response)
    {
        long fetch = request.Limit > 0 && request.Limit < long.MaxValue ? request.Limit + 1 : long.MaxValue;
        List<Revision> found = Collect(context, interval, at, fetch, filter: null, out long total);
        response.Count = total;
        response.More = request.Limit > 0 && found.Count > request.Limit;
        int returned = response.More ? (int)request.Limit : found.Count;
        RepeatedField<KeyValue> target = response.Kvs;
        target.Capacity = returned;
        for (int i = 0; i < returned; i++)
        {
            if (context.Read(found[i]) is not { } value)
            {
                return false;
            }

            target.Add(request.KeysOnly ? WithoutValue(value) : value);
        }

        return true;
    }

    private static bool ReadSorted(
        IReadContext context, RangeRequest request, KeyInterval interval, long at, RangeResponse response)
    {
        bool filters = HasFilter(request);
        bool fetchesAll = filters || request.SortOrder != SortOrder.None
            || request.Limit is <= 0 or long.MaxValue;
        long fetch = fetchesAll ? long.MaxValue : request.Limit + 1;
        List<Revision> found = Collect(context, interval, at, fetch, filters ? request : null, out long total);
        response.Count = total;
        var values = new List<KeyValue>(found.Count);
        foreach (Revision revision in found)
        {
            if (context.Read(revision) is not { } value)
            {
                return false;
            }

            values.Add(value);
        }

        Sort(values, request.SortTarget, request.SortOrder);
        response.More = request.Limit > 0 && values.Count > request.Limit;
        int returned = response.More ? (int)request.Limit : values.Count;
        response.Kvs.Capacity = returned;
        for (int i = 0; i < returned; i++)
        {
            response.Kvs.Add(request.KeysOnly ? WithoutValue(values[i]) : values[i]);
        }

        return true;
    }

    private static List<Revision> Collect(
        IReadContext context, KeyInterval interval, long at, long limit, RangeRequest? filter, out long total)
    {
        bool isCurrent = at == context.ReadRevision;
        long live = isCurrent
            ? IndexReader.CountLive(context.Root, interval.From, interval.To, interval.HasTo)
            : 0;
        int capacity = isCurrent && filter is null ? (int)Math.Min(limit, live) : 0;
        var collector = new RevisionCollector(at, limit, countsAll: !isCurrent, filter, new List<Revision>(capacity));
        IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
        total = isCurrent ? live : collector.Total;
        return collector.Found;
    }

    private static bool PassesFilter(RangeRequest filter, long modified, long created) =>
        (filter.MaxModRevision == 0 || modified <= filter.MaxModRevision)
        && (filter.MinModRevision == 0 || modified >= filter.MinModRevision)
        && (filter.MaxCreateRevision == 0 || created <= filter.MaxCreateRevision)
        && (filter.MinCreateRevision == 0 || created >= filter.MinCreateRevision);

    // Equal ones keep key order, which etcd leaves open; the result is the same on every member.
    private static void Sort(List<KeyValue> values, SortTarget target, SortOrder order)
    {
        Comparison<KeyValue>? comparison = target switch
        {
            SortTarget.Key => static (left, right) => left.Key.Span.SequenceCompareTo(right.Key.Span),
            SortTarget.Version => static (left, right) => left.Version.CompareTo(right.Version),
            SortTarget.Create => static (left, right) => left.CreateRevision.CompareTo(right.CreateRevision),
            SortTarget.Mod => static (left, right) => left.ModRevision.CompareTo(right.ModRevision),
            SortTarget.Value => static (left, right) => left.Value.Span.SequenceCompareTo(right.Value.Span),
            _ => null,
        };
        bool isKnownOrder = order is SortOrder.Ascend or SortOrder.Descend
            || (order == SortOrder.None && target != SortTarget.Key);
        if (comparison is null || !isKnownOrder)
        {
            return;
        }

        int sign = order == SortOrder.Descend ? -1 : 1;
        values.Sort((left, right) =>
        {
            int difference = comparison(left, right);
            return difference != 0 ? sign * difference : left.Key.Span.SequenceCompareTo(right.Key.Span);
        });
    }

    private static KeyValue WithoutValue(KeyValue value) => new()
    {
        Key = value.Key,
        CreateRevision = value.CreateRevision,
        ModRevision = value.ModRevision,
        Version = value.Version,
        Lease = value.Lease,
    };

    private struct RevisionCollector(
        long at, long limit, bool countsAll, RangeRequest? filter, List<Revision> found) : IIndexVisitor
    {
        public long Total { get; private set; }

        public readonly List<Revision> Found => found;

        public bool Visit(KeyHistory history)
        {
            if (!history.TryGet(at, out Revision modified, out long created, out _))
            {
                return true;
            }

            Total++;
            if (found.Count < limit && (filter is null || PassesFilter(filter, modified.Main, created)))
            {
                found.Add(modified);
            }

            return countsAll || found.Count < limit;
        }
    }

    private readonly struct LiveCollector(List<KeyHistory> found) : IIndexVisitor
    {
        public List<KeyHistory> Found => found;

        public bool Visit(KeyHistory history)
        {
            if (history.IsLive)
            {
                found.Add(history);
            }

            return true;
        }
    }
}
