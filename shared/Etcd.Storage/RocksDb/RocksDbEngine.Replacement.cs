using Etcd.Ports.Engine;
using RocksDbSharp;

namespace Etcd.Storage.RocksDb;

public sealed partial class RocksDbEngine
{
    /// <summary>What one native write carries at least, except the last.</summary>
    private const int ReplacementBatchBytes = 1 << 20;

    // Compacts what a replacement left; ended before the engine closes.
    private Thread? _cleaner;

    /// <summary>
    /// Replaces the whole content, durable on return: a crash before leaves the old state, one after it the new.
    /// Reads go on with the old state until the moment of the change; snapshots and cursors opened before keep it
    /// for as long as they live. Batches filled before are void. Called by the thread that writes; blocks.
    /// </summary>
    /// <param name="rows">Opens the new rows of a bucket, ascending by key; called once for each bucket.</param>
    /// <param name="amend">Changes to make on top of the rows before they become the state; null for none.</param>
    /// <param name="cancellationToken">Ends the copying; the old state stays.</param>
    /// <exception cref="StorageException">The disk failed or is full; the old state stays.</exception>
    public void Replace(Func<Bucket, IKvCursor> rows, Action<IKvBatch>? amend, CancellationToken cancellationToken)
    {
        _use.Enter();
        try
        {
            var next = new Generation((byte)(1 - _generation.Number));
            Copy(next, rows, amend, cancellationToken);

            // The rows are durable before the number that makes them the state is.
            FlushFamilies();
            using var change = new WriteBatch();
            change.Put(Generation.NumberKey, [next.Number], _families.State);
            _database.Write(change, _writeOptions);
            FlushFamilies();

            // In this order no reader finds the old rows gone while it still looks for them.
            _generation.Number = next.Number;
            DropUnusedGeneration();
        }
        catch (RocksDbException exception)
        {
            throw Failed("replace the state of", exception);
        }
        finally
        {
            _use.Exit();
        }
    }

    private void Copy(
        Generation next, Func<Bucket, IKvCursor> rows, Action<IKvBatch>? amend, CancellationToken cancellationToken)
    {
        using var batch = new RocksDbBatch(_families, next);
        try
        {
            foreach (var bucket in Enum.GetValues<Bucket>())
            {
                var sizeBytes = 0;
                using var cursor = rows(bucket);
                while (cursor.MoveNext())
                {
                    batch.Put(bucket, cursor.Key, cursor.Value);
                    sizeBytes += cursor.Key.Length + cursor.Value.Length;
                    if (sizeBytes >= ReplacementBatchBytes)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        _database.Write(batch.Native, _writeOptions);
                        batch.Clear();
                        sizeBytes = 0;
                    }
                }
            }

            amend?.Invoke(batch);
            _database.Write(batch.Native, _writeOptions);
        }
        catch
        {
            DropUnusedGeneration();
            throw;
        }
    }

    /// <summary>Removes what is left of a replaced state, or of a replacement that was not finished.</summary>
    private void DropUnusedGeneration()
    {
        var (start, end) = Generation.Bounds((byte)(1 - _generation.Number));
        ColumnFamilyHandle[] used =
            [.. new[] { _families.Revisions, _families.State }.Where(family => HasRows(family, start, end))];
        if (used.Length == 0)
        {
            return;
        }

        using var batch = new WriteBatch();
        foreach (var family in used)
        {
            batch.DeleteRange(start, (ulong)start.Length, end, (ulong)end.Length, family);
        }

        _database.Write(batch, _writeOptions);

        // Else its space would come back only with the compactions that new writes bring about.
        _cleaner?.Join();
        _cleaner = new Thread(() => Array.ForEach(used, family => _database.CompactRange(start, end, family)))
        {
            IsBackground = true,
            Name = "engine-clean",
        };
        _cleaner.Start();
    }

    private bool HasRows(ColumnFamilyHandle family, byte[] start, byte[] end)
    {
        var bounds = new ReadOptions().SetIterateLowerBound(start).SetIterateUpperBound(end);
        using var iterator = _database.NewIterator(family, bounds);
        return iterator.SeekToFirst().Valid();
    }
}
