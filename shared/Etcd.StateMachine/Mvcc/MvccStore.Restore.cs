using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Mvcc;

/// <content>Rebuilds the index from the rows of the engine (etcd's <c>store.restore</c>).</content>
internal sealed partial class MvccStore
{
    /// <summary>Reads every row. Leases must be loaded; keys are attached to those that exist.</summary>
    public void Restore()
    {
        long? finished = MetaKeys.ReadCompaction(_source.Reader, MetaKeys.FinishedCompaction);
        long? scheduled = MetaKeys.ReadCompaction(_source.Reader, MetaKeys.ScheduledCompaction);
        CompactRevision = finished ?? -1;
        Revision = 1;
        var leased = new List<(byte[] Key, Revision Revision, long LeaseId)>();
        using (IKvCursor cursor = _source.Reader.Scan(Bucket.Key, [], []))
        {
            while (cursor.MoveNext())
            {
                RestoreRow(cursor.Key, cursor.Value, leased);
            }
        }

        // The newest revisions may have been compacted away, so the compactions count too.
        Revision = Math.Max(Revision, Math.Max(CompactRevision, scheduled ?? -1));
        _committedRevision = Revision;
        AttachLeases(leased);
        if (scheduled > CompactRevision)
        {
            // The sweep goes over rows whose earlier part may be gone, so its hash would mean nothing.
            CompactRevision = scheduled.Value;
            _sweeps.Enqueue(new PendingSweep(new CompactionSweep(scheduled.Value), PreviousRevision: null));
        }
    }

    private void RestoreRow(
        ReadOnlySpan<byte> rowKey,
        ReadOnlySpan<byte> row,
        List<(byte[] Key, Revision Revision, long LeaseId)> leased)
    {
        Revision revision = RevisionKey.Read(rowKey);
        KeyValueRow.Head head = KeyValueRow.ReadHead(row);
        bool isTombstone = RevisionKey.IsTombstone(rowKey);
        byte[] key = _index.Restore(
            head.Key, revision, head.CreateRevision, head.Version, hasLease: head.Lease != 0, isTombstone);
        Revision = revision.Main;
        if (!isTombstone && head.Lease != 0)
        {
            leased.Add((key, revision, head.Lease));
        }
    }

    // Only the newest row of a living key counts. A lease that is gone leaves the key alone, as in etcd.
    private void AttachLeases(List<(byte[] Key, Revision Revision, long LeaseId)> leased)
    {
        foreach ((byte[] key, Revision revision, long leaseId) in leased)
        {
            KeyHistory history = IndexReader.Find(Root, key)!; // Every restored row has a history.
            if (history.IsLive && history.Last == revision && _leases.Contains(leaseId))
            {
                _leases.Attach(key, leaseId);
            }
        }
    }
}
