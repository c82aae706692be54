using Etcd.Protocol.Errors;
using Etcd.StateMachine.Txn;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The store as of one commit. Immutable and thread-safe; reads wait for nobody. Returned key-values are shared with
/// the value cache and must not be modified. A view may be held: when a later compaction has swept a value that it
/// needs, a read of the current revision answers from the newest view, a historic one that it is compacted.
/// </summary>
public sealed partial class MvccView : IReadContext
{
    private readonly MvccSource _source;
    private readonly IndexNode _root;

    internal MvccView(
        MvccSource source, IndexNode root, long revision, long compactRevision, ulong appliedIndex, ulong appliedTerm)
    {
        _source = source;
        _root = root;
        Revision = revision;
        CompactRevision = compactRevision;
        AppliedIndex = appliedIndex;
        AppliedTerm = appliedTerm;
    }

    /// <summary>Main revision of the last change; 1 for the empty store.</summary>
    public long Revision { get; }

    /// <summary>Lowest readable revision; -1 when never compacted.</summary>
    public long CompactRevision { get; }

    /// <summary>Log index of the last entry that this view includes.</summary>
    public ulong AppliedIndex { get; }

    /// <summary>Term of that entry.</summary>
    public ulong AppliedTerm { get; }

    /// <summary>Number of keys that exist at <see cref="Revision"/>.</summary>
    public long KeyCount => _root.Live;

    /// <summary>The tree that a sweep looks rows up in; it stays as it is while the writer compacts its own.</summary>
    internal IndexNode RootForSweep => _root;

    IndexNode IReadContext.Root => _root;

    long IReadContext.ReadRevision => Revision;

    /// <summary>Whether a range request reads more than a thousand keys or a MiB, by what there is now: the keys are
    /// counted, and where they are more than a few taken to be as large as the first one. O(log n).</summary>
    public bool IsLarge(RangeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RangeExecutor.IsLarge(this, request);
    }

    /// <summary>Answers a validated range request, header with the revision only.</summary>
    public (RangeResponse? Response, EtcdError? Error) Range(RangeRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _source.Counts.Add(ranges: 1, puts: 0, deletes: 0, putBytes: 0);
        MvccView view = this;
        while (true)
        {
            (RangeResponse? Response, EtcdError? Error) result = RangeExecutor.Execute(view, request);
            if (!ReferenceEquals(result.Error, ReadErrors.Swept))
            {
                return result;
            }

            view = view.Newer();
        }
    }

    /// <summary>
    /// The first keys of a range at a revision, in key order: as many as the limit or the size allow, at least one. No
    /// header, no count; <c>more</c> tells whether keys are left.
    /// </summary>
    /// <param name="request">A validated range of more than one key with revision and limit, both from 1.</param>
    /// <param name="pageBytes">The page ends with the key that reaches so many bytes.</param>
    public (RangeResponse? Response, EtcdError? Error) RangePage(RangeRequest request, long pageBytes)
    {
        ArgumentNullException.ThrowIfNull(request);
        MvccView view = this;
        while (true)
        {
            (RangeResponse? Response, EtcdError? Error) result =
                RangeExecutor.ExecutePage(view, request, pageBytes);
            if (!ReferenceEquals(result.Error, ReadErrors.Swept))
            {
                return result;
            }

            view = view.Newer();
        }
    }

    /// <summary>Answers a validated transaction that holds only ranges in both branches.</summary>
    public (TxnResponse? Response, EtcdError? Error) ExecuteReadOnlyTxn(TxnRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        MvccView view = this;
        while (true)
        {
            (TxnResponse? Response, EtcdError? Error) result =
                TxnExecutor.ExecuteReadOnly(view, request, out int ranges);
            if (!ReferenceEquals(result.Error, ReadErrors.Swept))
            {
                _source.Counts.Add(ranges, puts: 0, deletes: 0, putBytes: 0);
                return result;
            }

            view = view.Newer();
        }
    }

    /// <summary>The key as of a revision; null when it did not exist there or the revision is compacted.</summary>
    public KeyValue? GetAt(ByteString key, long revision)
    {
        ArgumentNullException.ThrowIfNull(key);
        MvccView view = this;
        while (true)
        {
            if (revision < view.CompactRevision
                || IndexReader.Find(view._root, key.Span) is not { } history
                || !history.TryGet(revision, out Revision modified, out _, out _))
            {
                return null;
            }

            if (_source.Rows.Read(modified) is { } value)
            {
                return value;
            }

            view = view.Newer();
        }
    }

    KeyValue? IReadContext.Find(Revision revision) => _source.Rows.Find(revision);

    KeyValue? IReadContext.Read(Revision revision) => _source.Rows.Read(revision);

    bool IReadContext.Load(Span<MissingRow> rows, Span<KeyValue?> values, bool keysOnly) =>
        _source.Rows.Load(rows, values, keysOnly);

    // A row of this view is gone. Only a sweep removes rows, and it starts after the view with its compact revision
    // is published; anything else means that the engine lost a row.
    private MvccView Newer()
    {
        MvccView latest = _source.Latest;
        return latest.CompactRevision > CompactRevision
            ? latest
            : throw new InvalidDataException(
                $"a row is missing at revision {Revision}, compact revision {CompactRevision}, "
                + $"applied index {AppliedIndex}: the engine is damaged");
    }
}
