using Etcd.Ports.Engine;
using RocksDbSharp;

namespace Etcd.Storage.RocksDb;

public sealed partial class RocksDbEngine
{
    /// <summary>A folder in the engine's directory, there only during a flush.</summary>
    private const string FlushName = "flush";

    private readonly Lock _flushLock = new();

    /// <summary>
    /// Flushes both families at once. RocksDB's C API has a call for that only from version 8 on; making a checkpoint
    /// begins with it in every version, and the rest of it is hard links and a copy of the manifest, which go again.
    /// </summary>
    private void FlushFamilies()
    {
        lock (_flushLock)
        {
            var folder = Path.Combine(_directory, FlushName);
            try
            {
                RemoveFlush(folder);
                using var checkpoint = _database.Checkpoint();
                checkpoint.Save(folder, logSizeForFlush: 0);
                RemoveFlush(folder);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new StorageException($"cannot flush the key-value engine: {exception.Message}", exception);
            }
        }
    }

    private static void RemoveFlush(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// Moves the rows of an engine that has everything in one family. Each batch moves whole rows, so a crash in
    /// between leaves the others to the next opening.
    /// </summary>
    private void MoveState()
    {
        using var iterator = _database.NewIterator(_families.Revisions);
        using var batch = new WriteBatch();
        var sizeBytes = 0;
        var isMoved = false;
        iterator.SeekToFirst();
        while (iterator.Valid())
        {
            var key = iterator.GetKeySpan();
            if (key[0] is var prefix && (prefix & 0xF) == (byte)Bucket.Key)
            {
                iterator.Seek(BucketKey.End(prefix));
                continue;
            }

            isMoved = true;
            batch.Put(key, iterator.GetValueSpan(), _families.State);
            batch.Delete(key, _families.Revisions);
            sizeBytes += key.Length + iterator.GetValueSpan().Length;
            if (sizeBytes >= ReplacementBatchBytes)
            {
                _database.Write(batch, _writeOptions);
                batch.Clear();
                sizeBytes = 0;
            }

            iterator.Next();
        }

        RocksDbReader.ThrowIfFailed(iterator);
        if (isMoved)
        {
            _database.Write(batch, _writeOptions);
            FlushFamilies();
        }
    }
}
