using Etcd.Ports.Engine;
using Etcd.StateMachine.Leases;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The writer's side of the key-value store. One request opens with <see cref="BeginRequest"/> and closes with
/// <see cref="EndRequest"/>; all its changes share one main revision. Between commits, written rows are only in the
/// batch, so their key-values stay in <c>_pending</c>, where later requests of the batch find them.
/// <para>Thread: owned by the apply loop.</para>
/// </summary>
internal sealed partial class MvccStore : IReadContext
{
    private readonly MvccSource _source;
    private readonly LeaseSet _leases;
    private readonly IKvBatch _batch;
    private readonly IKvBatch _sweepBatch;
    private readonly KeyIndex _index = new();

    // Rows since the last commit: those of main revision _committedRevision + 1 + i begin at _pendingStarts[i].
    private readonly List<KeyValue?> _pending = [];
    private readonly List<int> _pendingStarts = [];
    private readonly List<Event> _requestEvents = [];
    private List<RevisionEvents> _events = [];
    private byte[] _rowBuffer = new byte[4096];
    private long _committedRevision;
    private int _changes;

    // Operations of the request that are not counted yet.
    private int _ranges;
    private int _puts;
    private int _deletes;
    private long _putBytes;

    public MvccStore(MvccSource source, LeaseSet leases, IKvBatch batch, IKvBatch sweepBatch)
    {
        _source = source;
        _leases = leases;
        _batch = batch;
        _sweepBatch = sweepBatch;
    }

    /// <summary>Main revision of the last finished request that changed something.</summary>
    public long Revision { get; private set; } = 1;

    /// <inheritdoc/>
    public long CompactRevision { get; private set; } = -1;

    /// <inheritdoc/>
    public IndexNode Root => _index.Root;

    /// <summary>The revision that the request's next change or read belongs to.</summary>
    public long ReadRevision => _changes > 0 ? Revision + 1 : Revision;

    /// <summary>Bytes of rows since the last commit.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>Opens a request.</summary>
    public void BeginRequest() => _changes = 0;

    /// <summary>Closes a request: when it changed something, its main revision becomes the current one.</summary>
    public void EndRequest()
    {
        CountOperations();
        if (_changes == 0)
        {
            return;
        }

        Revision++;
        _events.Add(new RevisionEvents(Revision, _requestEvents.ToArray()));
        _requestEvents.Clear();
        _changes = 0;
    }

    /// <summary>Takes note of lookups of the request.</summary>
    public void CountRanges(int count) => _ranges += count;

    /// <summary>Counts what the request has done so far as a transaction of its own.</summary>
    public void CountOperations()
    {
        _source.Counts.Add(_ranges, _puts, _deletes, _putBytes);
        (_ranges, _puts, _deletes, _putBytes) = (0, 0, 0, 0);
    }

    /// <summary>Writes a key.</summary>
    /// <param name="key">Not empty.</param>
    /// <param name="value">May be empty.</param>
    /// <param name="leaseId">A lease that exists; 0 detaches the key.</param>
    /// <returns>The main revision.</returns>
    public long Put(ByteString key, ByteString value, long leaseId)
    {
        _puts++;
        _putBytes += key.Length + value.Length;
        Revision revision = NextRevision();
        byte[] keyBytes = _index.Put(
            key.Span, revision, hasLease: leaseId != 0, out long createdMain, out long version);
        var row = new KeyValue
        {
            Key = key,
            Value = value,
            CreateRevision = createdMain,
            ModRevision = revision.Main,
            Version = version,
            Lease = leaseId,
        };
        WriteRow(revision, row);
        if (leaseId != 0)
        {
            // Refused only for a key that was imported with a lease that was not, and keeps it by ignore_lease.
            _leases.Attach(keyBytes, leaseId);
        }
        else if (version > 1)
        {
            _leases.Detach(keyBytes);
        }

        Record(row, new Event { Type = Event.Types.EventType.Put, Kv = row });
        return revision.Main;
    }

    /// <summary>Deletes the living keys of an interval, in key order.</summary>
    /// <returns>How many there were.</returns>
    public long DeleteRange(KeyInterval interval)
    {
        _deletes++;
        List<KeyHistory> keys = RangeExecutor.CollectLive(this, interval);
        foreach (KeyHistory history in keys)
        {
            Delete(history.Key);
        }

        return keys.Count;
    }

    /// <summary>Deletes one key if it lives.</summary>
    /// <returns>False when it does not.</returns>
    public bool DeleteKey(byte[] key)
    {
        _deletes++;
        bool isLive = IndexReader.Find(Root, key) is { IsLive: true };
        if (isLive)
        {
            Delete(key);
        }

        return isLive;
    }

    /// <summary>The newest key-value of a key; null when it does not exist.</summary>
    public KeyValue? FindCurrent(ByteString key) =>
        IndexReader.Find(Root, key.Span) is { IsLive: true } history ? ReadRow(history.Last) : null;

    /// <summary>The key-value of a put that the index holds.</summary>
    public KeyValue ReadRow(Revision revision) =>
        ((IReadContext)this).Read(revision) ?? throw new InvalidDataException(
            $"row {revision} is missing at revision {Revision}, compact revision {CompactRevision}: "
            + "the engine is damaged");

    KeyValue? IReadContext.Find(Revision revision) =>
        revision.Main <= _committedRevision ? _source.Rows.Find(revision) : Pending(revision);

    KeyValue? IReadContext.Read(Revision revision) =>
        revision.Main <= _committedRevision ? _source.Rows.Read(revision) : Pending(revision);

    bool IReadContext.Load(Span<MissingRow> rows, Span<KeyValue?> values, bool keysOnly) =>
        _source.Rows.Load(rows, values, keysOnly);

    /// <summary>Publishes a view that includes what the written batch holds and gives out the events. The cache takes
    /// key-values only when they are read: what is never read must not outlive its batch in memory.</summary>
    /// <returns>The events since the last call; null when there are none.</returns>
    public EventBatch? Publish(ulong appliedIndex, ulong appliedTerm)
    {
        _pending.Clear();
        _pendingStarts.Clear();
        PendingBytes = 0;
        _committedRevision = Revision;
        _source.Latest = new MvccView(
            _source, _index.Publish(), Revision, CompactRevision, appliedIndex, appliedTerm);
        if (_events.Count == 0)
        {
            return null;
        }

        var batch = new EventBatch(_events);
        _events = [];
        return batch;
    }

    private KeyValue? Pending(Revision revision)
    {
        int start = _pendingStarts[(int)(revision.Main - _committedRevision - 1)];
        return _pending[start + (int)revision.Sub];
    }

    private void Delete(byte[] key)
    {
        Revision revision = NextRevision();
        _index.Tombstone(key, revision);
        Span<byte> rowKey = stackalloc byte[RevisionKey.TombstoneLength];
        RevisionKey.WriteTombstone(rowKey, revision);
        Span<byte> row = RowBuffer(KeyValueRow.TombstoneLength(key.Length));
        KeyValueRow.WriteTombstone(row, key);
        _batch.Put(Bucket.Key, rowKey, row);
        PendingBytes += rowKey.Length + row.Length;
        _leases.Detach(key);
        var kv = new KeyValue { Key = UnsafeByteOperations.UnsafeWrap(key), ModRevision = revision.Main };
        Record(row: null, new Event { Type = Event.Types.EventType.Delete, Kv = kv });
    }

    private Revision NextRevision() => new(Revision + 1, _changes);

    private void WriteRow(Revision revision, KeyValue value)
    {
        Span<byte> rowKey = stackalloc byte[RevisionKey.Length];
        RevisionKey.Write(rowKey, revision);
        Span<byte> row = RowBuffer(value.CalculateSize());
        value.WriteTo(row);
        _batch.Put(Bucket.Key, rowKey, row);
        PendingBytes += rowKey.Length + row.Length;
    }

    private Span<byte> RowBuffer(int sizeBytes)
    {
        if (_rowBuffer.Length < sizeBytes)
        {
            _rowBuffer = new byte[Math.Max(sizeBytes, _rowBuffer.Length * 2)];
        }

        return _rowBuffer.AsSpan(0, sizeBytes);
    }

    private void Record(KeyValue? row, Event change)
    {
        if (_changes == 0)
        {
            _pendingStarts.Add(_pending.Count);
        }

        _pending.Add(row);
        _requestEvents.Add(change);
        _changes++;
    }
}
