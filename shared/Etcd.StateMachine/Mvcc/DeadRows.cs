using Etcd.Ports.Engine;

namespace Etcd.StateMachine.Mvcc;

/// <summary>
/// The rows that a sweep found dead, as deletions in ascending order. A long run of neighbours is deleted as one range,
/// which costs the engine no more than one row, and its readers less: they pass over it at once. Short runs are deleted
/// row by row, because many ranges are dear to readers. A run's deletion comes when the run ends. Owned by one sweep.
/// </summary>
internal sealed class DeadRows
{
    private const int LeastRangeRows = 256;

    // A crash costs no more than to find so many rows again.
    private const int MostRangeRows = 32_768;

    private readonly (Revision Revision, bool IsTombstone)[] _first =
        new (Revision Revision, bool IsTombstone)[LeastRangeRows];

    private (Revision Revision, bool IsTombstone) _last;
    private int _rows;

    /// <summary>Adds a dead row, the one behind the last that was added or a later one of another run.</summary>
    public void Add(Revision revision, bool isTombstone, IKvBatch batch)
    {
        _last = (revision, isTombstone);
        if (_rows < LeastRangeRows)
        {
            _first[_rows] = _last;
        }

        _rows++;
        if (_rows == MostRangeRows)
        {
            EndRun(batch);
        }
    }

    /// <summary>A row that stays follows, or none.</summary>
    public void EndRun(IKvBatch batch)
    {
        if (_rows < LeastRangeRows)
        {
            DeleteEach(batch);
        }
        else
        {
            Span<byte> from = stackalloc byte[RevisionKey.TombstoneLength];
            Span<byte> to = stackalloc byte[RevisionKey.TombstoneLength + 1];

            // The least key above the last row's: that with a zero byte appended.
            int end = WriteKey(to, _last);
            to[end] = 0;
            batch.DeleteRange(Bucket.Key, from[..WriteKey(from, _first[0])], to[..(end + 1)]);
        }

        _rows = 0;
    }

    private void DeleteEach(IKvBatch batch)
    {
        Span<byte> key = stackalloc byte[RevisionKey.TombstoneLength];
        foreach ((Revision Revision, bool IsTombstone) row in _first.AsSpan(0, _rows))
        {
            batch.Delete(Bucket.Key, key[..WriteKey(key, row)]);
        }
    }

    private static int WriteKey(Span<byte> key, (Revision Revision, bool IsTombstone) row)
    {
        if (row.IsTombstone)
        {
            RevisionKey.WriteTombstone(key, row.Revision);
            return RevisionKey.TombstoneLength;
        }

        RevisionKey.Write(key, row.Revision);
        return RevisionKey.Length;
    }
}
