using Etcd.Protocol.Errors;
using Etcdserverpb;
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

        var rows = new RangeRows(context, request.KeysOnly, capacity: 0);
        var collector = new RangeCollector(rows, at, request.Limit, countsAll: false, filter: null);
        KeyInterval interval = KeyInterval.Of(request.Key, request.RangeEnd);
        IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
        var response = new RangeResponse();
        for (int i = 0; i < rows.Count && pageBytes > 0; i++)
        {
            if (rows.At(i) is not { } shown)
            {
                return (null, ReadErrors.Swept);
            }

            response.Kvs.Add(shown);
            pageBytes -= shown.CalculateSize();
        }

        response.More = collector.HasMore || response.Kvs.Count < rows.Count;
        return (response, null);
    }

    /// <summary>Judges a request as <see cref="MvccView.IsLarge"/> says.</summary>
    public static bool IsLarge(IReadContext context, RangeRequest request)
    {
        const int FewKeys = 32;
        const int ManyKeys = 1000;
        const long ManyBytes = 1 << 20;
        if (request.CountOnly || request.RangeEnd.IsEmpty)
        {
            return false;
        }

        KeyInterval interval = KeyInterval.Of(request.Key, request.RangeEnd);
        long keys = IndexReader.CountLive(context.Root, interval.From, interval.To, interval.HasTo);
        if (request.Limit > 0 && StopsAtLimit(request))
        {
            keys = Math.Min(keys, request.Limit);
        }

        return keys > ManyKeys
            || (keys > FewKeys && !request.KeysOnly && keys * SizeOfFirst(context, interval) > ManyBytes);
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
        && !RangeCollector.HasFilter(request);

    // The limit ends the walk when nothing has to be sorted or left out first.
    private static bool StopsAtLimit(RangeRequest request) =>
        request.SortOrder == SortOrder.None ? !RangeCollector.HasFilter(request) : IsPlain(request);

    private static long SizeOfFirst(IReadContext context, KeyInterval interval)
    {
        var rows = new RangeRows(context, keysOnly: false, capacity: 1);
        var collector = new RangeCollector(rows, context.ReadRevision, limit: 1, countsAll: false, filter: null);
        IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
        return rows.Count > 0 && rows.At(0) is { } first ? first.CalculateSize() : 0;
    }

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
            var none = new RangeRows(context, keysOnly: true, capacity: 0);
            var collector = new RangeCollector(none, at, limit: 0, countsAll: true, filter: null);
            IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
            response.Count = collector.Total;
        }

        return true;
    }

    private static bool ReadSingle(IReadContext context, RangeRequest request, long at, RangeResponse response)
    {
        KeyHistory? history = IndexReader.Find(context.Root, request.Key.Span);
        if (history is null || !history.TryGet(at, out Revision modified, out long created, out long version))
        {
            return true;
        }

        response.Count = 1;
        if (RangeCollector.HasFilter(request) && !RangeCollector.Passes(request, modified.Main, created))
        {
            return true;
        }

        if (request.KeysOnly && !history.HasLeases)
        {
            response.Kvs.Add(RangeRows.WithoutRow(history, modified, created, version));
            return true;
        }

        if (context.Read(modified) is not { } value)
        {
            return false;
        }

        response.Kvs.Add(request.KeysOnly ? KeyValueRow.WithoutValue(value) : value);
        return true;
    }

    private static bool ReadPlain(
        IReadContext context, RangeRequest request, KeyInterval interval, long at, RangeResponse response)
    {
        long limit = request.Limit > 0 ? request.Limit : long.MaxValue;
        RangeRows rows = Collect(
            context, interval, at, limit, request.KeysOnly, filter: null, out long total, out bool hasMore);
        response.Count = total;
        response.More = hasMore;
        return Show(rows, response);
    }

    private static bool ReadSorted(
        IReadContext context, RangeRequest request, KeyInterval interval, long at, RangeResponse response)
    {
        bool filters = RangeCollector.HasFilter(request);
        bool fetchesAll = filters || request.SortOrder != SortOrder.None
            || request.Limit is <= 0 or long.MaxValue;
        long fetch = fetchesAll ? long.MaxValue : request.Limit + 1;
        bool keysOnly = request.KeysOnly && request.SortTarget != SortTarget.Value;
        RangeRows rows = Collect(
            context, interval, at, fetch, keysOnly, filters ? request : null, out long total, out _);
        response.Count = total;
        if (!rows.Load())
        {
            return false;
        }

        List<KeyValue> values = rows.ToList();
        Sort(values, request.SortTarget, request.SortOrder);
        response.More = request.Limit > 0 && values.Count > request.Limit;
        int returned = response.More ? (int)request.Limit : values.Count;
        response.Kvs.Capacity = returned;
        for (int i = 0; i < returned; i++)
        {
            response.Kvs.Add(request.KeysOnly && !keysOnly ? KeyValueRow.WithoutValue(values[i]) : values[i]);
        }

        return true;
    }

    private static bool Show(RangeRows rows, RangeResponse response)
    {
        if (!rows.Load())
        {
            return false;
        }

        response.Kvs.AddRange(rows.ToList());
        return true;
    }

    private static RangeRows Collect(
        IReadContext context,
        KeyInterval interval,
        long at,
        long limit,
        bool keysOnly,
        RangeRequest? filter,
        out long total,
        out bool hasMore)
    {
        bool isCurrent = at == context.ReadRevision;
        long live = isCurrent
            ? IndexReader.CountLive(context.Root, interval.From, interval.To, interval.HasTo)
            : 0;
        int capacity = isCurrent && filter is null ? (int)Math.Min(limit, live) : 0;
        var rows = new RangeRows(context, keysOnly, capacity);
        var collector = new RangeCollector(rows, at, limit, countsAll: !isCurrent, filter);
        IndexReader.Visit(context.Root, interval.From, interval.To, interval.HasTo, ref collector);
        total = isCurrent ? live : collector.Total;
        hasMore = collector.HasMore;
        return rows;
    }

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
