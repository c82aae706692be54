using Etcdserverpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>Takes the keys of an interval that exist at a revision and pass the filter, up to a limit.</summary>
/// <param name="rows">Where they go.</param>
/// <param name="at">The revision.</param>
/// <param name="limit">How many are taken, 0 or more.</param>
/// <param name="countsAll">True to count those behind the limit too.</param>
/// <param name="filter">The request whose filters count; null for none.</param>
internal struct RangeCollector(RangeRows rows, long at, long limit, bool countsAll, RangeRequest? filter)
    : IIndexVisitor
{
    /// <summary>Keys that exist, whether they pass the filter or not; only those seen unless all are counted.</summary>
    public long Total { get; private set; }

    /// <summary>True when a key passed the filter but not the limit.</summary>
    public bool HasMore { get; private set; }

    /// <inheritdoc/>
    public bool Visit(KeyHistory history)
    {
        if (!history.TryGet(at, out Revision modified, out long created, out long version))
        {
            return true;
        }

        Total++;
        if (filter is not null && !Passes(filter, modified.Main, created))
        {
            return true;
        }

        if (rows.Count == limit)
        {
            HasMore = true;
            return countsAll;
        }

        rows.Add(history, modified, created, version);
        return true;
    }

    /// <summary>True when the request has a filter.</summary>
    public static bool HasFilter(RangeRequest request) =>
        (request.MinModRevision | request.MaxModRevision
            | request.MinCreateRevision | request.MaxCreateRevision) != 0;

    /// <summary>True when a key passes the filters of a request.</summary>
    public static bool Passes(RangeRequest filter, long modified, long created) =>
        (filter.MaxModRevision == 0 || modified <= filter.MaxModRevision)
        && (filter.MinModRevision == 0 || modified >= filter.MinModRevision)
        && (filter.MaxCreateRevision == 0 || created <= filter.MaxCreateRevision)
        && (filter.MinCreateRevision == 0 || created >= filter.MinCreateRevision);
}
