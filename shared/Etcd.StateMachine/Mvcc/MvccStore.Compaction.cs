using Etcd.Ports.Engine;
using Etcd.Protocol.Errors;

namespace Etcd.StateMachine.Mvcc;

/// <content>
/// Compaction in two parts. The logical part, at apply, moves the compact revision, so that older revisions are
/// unreadable at once on every member. The sweep removes rows and index entries in steps between commits; nothing
/// that a read may see depends on how far it is.
/// </content>
internal sealed partial class MvccStore
{
    private readonly Queue<PendingSweep> _sweeps = new();

    /// <summary>True when a sweep has work.</summary>
    public bool HasSweep => _sweeps.Count > 0;

    /// <summary>True when the next step goes through the index.</summary>
    public bool IsSweepingIndex => _sweeps.TryPeek(out PendingSweep? pending) && !pending.IndexDone;

    /// <summary>Makes everything below a revision unreadable and schedules the sweep.</summary>
    public (CompactionSweep? Sweep, EtcdError? Error) Compact(long revision)
    {
        if (revision <= CompactRevision)
        {
            return (null, EtcdErrors.Compacted);
        }

        if (revision > Revision)
        {
            return (null, EtcdErrors.FutureRevision);
        }

        var sweep = new CompactionSweep(revision);
        _sweeps.Enqueue(new PendingSweep(sweep, _sweeps.Count == 0 ? CompactRevision : null));
        CompactRevision = revision;
        MetaKeys.WriteCompaction(_batch, MetaKeys.ScheduledCompaction, revision);
        return (sweep, null);
    }

    /// <summary>
    /// Does one step of the oldest sweep into the batch of sweeps. The view with its compact revision must be
    /// published already: whoever misses a row finds out from the newest view why.
    /// </summary>
    /// <param name="maxKeys">Largest number of keys and of rows looked at, from 1.</param>
    /// <returns>The sweep that is finished once the batch is written; null when there is more to do.</returns>
    public PendingSweep? StepSweep(int maxKeys)
    {
        PendingSweep pending = _sweeps.Peek();
        if (pending.Root is null)
        {
            pending.Root = _source.Latest.RootForSweep;
            pending.Hasher = new RevisionHasher(pending.PreviousRevision ?? -1, pending.Sweep.Revision);
        }

        if (!pending.IndexDone)
        {
            byte[]? cursor = pending.IndexCursor;
            _index.CompactStep(pending.Sweep.Revision, maxKeys, ref cursor);
            pending.IndexCursor = cursor;
            pending.IndexDone = cursor is null;
            return null;
        }

        if (!SweepRows(pending, maxKeys))
        {
            return null;
        }

        MetaKeys.WriteCompaction(_sweepBatch, MetaKeys.FinishedCompaction, pending.Sweep.Revision);
        return pending;
    }

    /// <summary>Takes note that a finished sweep is in the engine.</summary>
    public void FinishSweep(PendingSweep pending)
    {
        _sweeps.Dequeue();
        if (pending.PreviousRevision is { } previous)
        {
            long revision = pending.Sweep.Revision;
            _source.AddHash(new HashKvResult(pending.Hasher.Value, previous, revision, Revision));
        }

        pending.Sweep.MarkFinished();
    }

    private bool SweepRows(PendingSweep pending, int maxRows)
    {
        long compactRevision = pending.Sweep.Revision;
        IndexNode root = pending.Root!; // Set by the first step.
        RevisionHasher hasher = pending.Hasher;
        Span<byte> end = stackalloc byte[RevisionKey.Length];
        RevisionKey.Write(end, new Revision(compactRevision + 1, 0));
        using IKvCursor cursor = _source.Reader.Scan(Bucket.Key, pending.RowCursor, end);
        int swept = 0;
        for (int rows = 0; cursor.MoveNext(); rows++)
        {
            if (rows == maxRows)
            {
                pending.RowCursor = cursor.Key.ToArray();
                pending.Hasher = hasher;
                _source.Counts.AddSwept(swept);
                return false;
            }

            ReadOnlySpan<byte> rowKey = cursor.Key;
            ReadOnlySpan<byte> row = cursor.Value;
            Revision revision = RevisionKey.Read(rowKey);
            ReadOnlySpan<byte> key = KeyValueRow.ReadHead(row).Key;
            bool isKept = IndexReader.Find(root, key) is { } history && history.IsKept(revision, compactRevision);
            if (isKept)
            {
                pending.Dead.EndRun(_sweepBatch);
            }
            else
            {
                pending.Dead.Add(revision, RevisionKey.IsTombstone(rowKey), _sweepBatch);
                swept++;
            }

            if (isKept || !hasher.NeedsKeep(revision))
            {
                hasher.Append(rowKey, row, revision);
            }
        }

        pending.Dead.EndRun(_sweepBatch);
        pending.Hasher = hasher;
        _source.Counts.AddSwept(swept);
        return true;
    }
}
