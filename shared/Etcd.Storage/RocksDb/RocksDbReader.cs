using Etcd.Ports.Engine;
using RocksDbSharp;
using Database = RocksDbSharp.RocksDb;

namespace Etcd.Storage.RocksDb;

/// <summary>The reads that the engine and its snapshots share. Thread-safe.</summary>
internal sealed class RocksDbReader
{
    private readonly Database _database;
    private readonly UseCount _use;
    private readonly Snapshot? _snapshot;
    private readonly ReadOptions _getOptions;

    // By bucket number, made at first use: bounds are the bucket's own.
    private readonly ReadOptions?[] _bucketOptions = new ReadOptions?[(int)Bucket.Meta + 1];

    public RocksDbReader(Database database, UseCount use, Snapshot? snapshot)
    {
        _database = database;
        _use = use;
        _snapshot = snapshot;
        _getOptions = WithSnapshot(new ReadOptions());
    }

    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key)
    {
        using var stored = new BucketKey(bucket, key, stackalloc byte[BucketKey.StackSizeBytes]);
        _use.Enter();
        try
        {
            return _database.Get(stored.Bytes, readOptions: _getOptions);
        }
        finally
        {
            _use.Exit();
        }
    }

    public RocksDbCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var first = BucketKey.ToArray(bucket, from);
        var options = to.IsEmpty
            ? WholeBucket(bucket)
            : Bounded(bucket, BucketKey.ToArray(bucket, to));
        _use.Enter();
        try
        {
            return new RocksDbCursor(_use, _database.NewIterator(readOptions: options), first);
        }
        catch
        {
            _use.Exit();
            throw;
        }
    }

    public byte[]? LastKey(Bucket bucket)
    {
        var options = WholeBucket(bucket);
        _use.Enter();
        try
        {
            using var iterator = _database.NewIterator(readOptions: options);
            iterator.SeekToLast();
            if (iterator.Valid())
            {
                return iterator.GetKeySpan()[1..].ToArray();
            }

            Native.Instance.rocksdb_iter_get_error(iterator.Handle);
            return null;
        }
        finally
        {
            _use.Exit();
        }
    }

    private ReadOptions WholeBucket(Bucket bucket)
    {
        ref var slot = ref _bucketOptions[(int)bucket];
        if (slot is { } known)
        {
            return known;
        }

        // A walk to the bucket's end would push everything else out of the block cache.
        var made = Bounded(bucket, BucketKey.End(bucket)).SetFillCache(false);
        return Interlocked.CompareExchange(ref slot, made, null) ?? made;
    }

    private ReadOptions Bounded(Bucket bucket, byte[] end) =>
        WithSnapshot(new ReadOptions())
            .SetIterateLowerBound([(byte)bucket])
            .SetIterateUpperBound(end);

    private ReadOptions WithSnapshot(ReadOptions options) =>
        _snapshot is null ? options : options.SetSnapshot(_snapshot);
}
