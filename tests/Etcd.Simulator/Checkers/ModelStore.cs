using System.Globalization;
using Etcdserverpb;

namespace Etcd.Simulator.Checkers;

/// <summary>
/// The store as its documentation describes it, in the simplest form that can be right: every version of every key in
/// a list. Fed with the agreed log, it says what each request must answer and what every later read must see.
/// </summary>
internal sealed class ModelStore
{
    private readonly SortedDictionary<string, List<ModelVersion>> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<long, SortedSet<string>> _leases = [];
    private readonly List<ModelVersion> _events = [];
    private readonly List<int> _firstEvent = [0, 0];
    private readonly HashSet<ulong> _withoutSpace = [];

    public long Revision { get; private set; } = 1;

    public long CompactRevision { get; private set; } = -1;

    public IReadOnlyCollection<long> Leases => _leases.Keys;

    /// <summary>Raises the revision, and makes the new one the compacted one.</summary>
    public void Bump(long by)
    {
        if (by > 0)
        {
            Revision += by;
            CompactRevision = Revision;
            _firstEvent.AddRange(Enumerable.Repeat(_events.Count, (int)by));
        }
    }

    /// <summary>The numbers that clients have written as values of the living keys.</summary>
    public Dictionary<string, long> Numbers() => _keys.Keys
        .Select(key => Find(key, long.MaxValue))
        .Where(static version => version?.Value is ['v', ..])
        .ToDictionary(
            static version => version!.Key, // The filter lets no null pass.
            static version => long.Parse(version!.Value.AsSpan(1), CultureInfo.InvariantCulture));

    /// <summary>All changes of all revisions, in order.</summary>
    public IReadOnlyList<ModelVersion> Events => _events;

    /// <summary>Position in <see cref="Events"/> of the first change at or after a revision.</summary>
    public int FirstEventOf(long revision) =>
        revision < _firstEvent.Count ? _firstEvent[(int)Math.Max(0, revision)] : _events.Count;

    /// <summary>The live keys of a range as of a revision.</summary>
    public IEnumerable<ModelVersion> Range(string from, string? to, long revision)
    {
        foreach ((string key, List<ModelVersion> history) in _keys)
        {
            bool inside = to is null
                ? key == from
                : string.CompareOrdinal(key, from) >= 0 && string.CompareOrdinal(key, to) < 0;
            if (inside && At(history, revision) is { IsLive: true } version)
            {
                yield return version;
            }
        }
    }

    public ModelVersion? Find(string key, long revision) =>
        _keys.TryGetValue(key, out List<ModelVersion>? history) && At(history, revision) is { IsLive: true } version
            ? version
            : null;

    /// <summary>Applies a request and says what it answers.</summary>
    public string Apply(InternalRaftRequest request)
    {
        if (_withoutSpace.Count > 0 && NeedsRoom(request))
        {
            return Summary.NoSpace;
        }

        if (request.Put is { } put)
        {
            return put.Lease != 0 && !_leases.ContainsKey(put.Lease)
                ? Summary.LeaseNotFound
                : Write(() => Put(put), revision => Summary.Put(revision));
        }

        if (request.DeleteRange is { } deletion)
        {
            long deleted = 0;
            return Write(() => deleted = Delete(deletion), revision => Summary.Deleted(deleted, revision));
        }

        return request.Txn is { } txn ? Execute(txn)
            : request.Compaction is { } compaction ? Compact(compaction.Revision)
            : request.LeaseGrant is { } grant ? Grant(grant)
            : request.LeaseRevoke is { } revoke ? Revoke(revoke.ID)
            : request.Alarm is { } alarm ? Raise(alarm)
            : string.Empty;
    }

    private static bool NeedsRoom(InternalRaftRequest request) =>
        request.Put is not null || request.LeaseGrant is not null
            || (request.Txn is { } txn
                && (txn.Success.Any(static op => op.RequestPut is not null)
                    || txn.Failure.Any(static op => op.RequestPut is not null)));

    private static ModelVersion? At(List<ModelVersion> history, long revision)
    {
        int last = history.Count - 1;
        while (last >= 0 && history[last].ModRevision > revision)
        {
            last--;
        }

        return last < 0 ? null : history[last];
    }

    private string Write(Action change, Func<long, string> summary)
    {
        int before = _events.Count;
        change();
        EndRevision(before);
        return summary(Revision);
    }

    private void EndRevision(int firstEvent)
    {
        if (_events.Count > firstEvent)
        {
            Revision++;
            _firstEvent.Add(firstEvent);
        }
    }

    private void Put(PutRequest put)
    {
        string key = put.Key.ToStringUtf8();
        ModelVersion? old = Newest(key);
        long revision = Revision + 1;
        Detach(old);
        Append(new ModelVersion(
            key,
            revision,
            old?.CreateRevision ?? revision,
            (old?.Version ?? 0) + 1,
            put.Value.ToStringUtf8(),
            put.Lease)
        {
            Previous = old,
        });
        if (put.Lease != 0)
        {
            _leases[put.Lease].Add(key);
        }
    }

    private long Delete(DeleteRangeRequest deletion)
    {
        string from = deletion.Key.ToStringUtf8();
        string? to = deletion.RangeEnd.Length == 0 ? null : deletion.RangeEnd.ToStringUtf8();
        ModelVersion[] live = [.. Range(from, to, long.MaxValue)];
        foreach (ModelVersion version in live)
        {
            Tombstone(version);
        }

        return live.Length;
    }

    private void Tombstone(ModelVersion version)
    {
        Detach(version);
        Append(new ModelVersion(version.Key, Revision + 1, 0, 0, null, 0) { Previous = version });
    }

    private string Execute(TxnRequest txn)
    {
        bool succeeded = txn.Compare.All(Holds);
        List<string> answers = [];
        int before = _events.Count;
        foreach (RequestOp operation in succeeded ? txn.Success : txn.Failure)
        {
            if (operation.RequestPut is { } put)
            {
                Put(put);
            }
            else if (operation.RequestRange is { } range)
            {
                answers.Add(Newest(range.Key.ToStringUtf8())?.Value ?? string.Empty);
            }
        }

        EndRevision(before);
        return Summary.Txn(succeeded, answers, Revision);
    }

    private bool Holds(Compare compare)
    {
        ModelVersion? version = Newest(compare.Key.ToStringUtf8());
        return compare.Target == Compare.Types.CompareTarget.Value
            ? version?.Value == compare.Value.ToStringUtf8()
            : (version?.CreateRevision ?? 0) == compare.CreateRevision;
    }

    private string Raise(AlarmRequest alarm)
    {
        if (alarm.Action == AlarmRequest.Types.AlarmAction.Activate)
        {
            _withoutSpace.Add(alarm.MemberID);
        }
        else
        {
            _withoutSpace.Remove(alarm.MemberID);
        }

        return string.Empty;
    }

    private string Compact(long revision)
    {
        if (revision <= CompactRevision)
        {
            return Summary.Compacted;
        }

        if (revision > Revision)
        {
            return Summary.Future;
        }

        CompactRevision = revision;
        return Summary.Compaction(Revision);
    }

    private string Grant(LeaseGrantRequest grant)
    {
        if (!_leases.TryAdd(grant.ID, new SortedSet<string>(StringComparer.Ordinal)))
        {
            return Summary.LeaseExists;
        }

        return Summary.Granted(grant.ID, grant.TTL);
    }

    private string Revoke(long id)
    {
        if (!_leases.TryGetValue(id, out SortedSet<string>? keys))
        {
            return Summary.LeaseNotFound;
        }

        string[] attached = [.. keys];
        string summary = Write(
            () =>
            {
                foreach (string key in attached)
                {
                    Tombstone(Newest(key)!); // An attached key lives.
                }
            },
            static revision => Summary.Revoked(revision));
        _leases.Remove(id);
        return summary;
    }

    private void Detach(ModelVersion? old)
    {
        if (old is not null && old.Lease != 0 && _leases.TryGetValue(old.Lease, out SortedSet<string>? keys))
        {
            keys.Remove(old.Key);
        }
    }

    private ModelVersion? Newest(string key) => Find(key, long.MaxValue);

    private void Append(ModelVersion version)
    {
        if (!_keys.TryGetValue(version.Key, out List<ModelVersion>? history))
        {
            _keys.Add(version.Key, history = []);
        }

        history.Add(version);
        _events.Add(version);
    }
}
