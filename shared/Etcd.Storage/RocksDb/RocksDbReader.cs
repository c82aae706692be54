using Etcd.Ports.Engine;
using RocksDbSharp;
using Database = RocksDbSharp.RocksDb;

namespace Etcd.Storage.RocksDb;

/// <summary>The reads that the engine and its snapshots share. Thread-safe.</summary>
internal sealed class RocksDbReader
{
    private readonly Database _database;
    private readonly Families _families;
    private readonly UseCount _use;
    private readonly Generation _generation;
    private readonly Snapshot? _snapshot;
    private readonly ReadOptions _getOptions;

    // By first byte of the stored keys, made at first use: bounds are a bucket's own.
    private readonly ReadOptions?[] _bucketOptions = new ReadOptions?[32];

    // Of the last cursor with an end of its own that was disposed of: options only go away by a finalizer.
    private ReadOptions? _spareOptions;

    /// <param name="database">The database.</param>
    /// <param name="families">Of the database.</param>
    /// <param name="use">Keeps it open during each call.</param>
    /// <param name="generation">Where the state is; may change between two calls.</param>
    /// <param name="snapshot">What to read; null for the newest.</param>
    public RocksDbReader(
        Database database, Families families, UseCount use, Generation generation, Snapshot? snapshot)
    {
        _database = database;
        _families = families;
        _use = use;
        _generation = generation;
        _snapshot = snapshot;
        _getOptions = WithSnapshot(new ReadOptions());
    }

    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => Get(bucket, key, static value => value.ToArray());

    public TResult? Get<TResult>(Bucket bucket, ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TResult> read)
        where TResult : class
    {
        var made = new Deserializer<TResult>(read);
        Span<byte> stack = stackalloc byte[BucketKey.StackSizeBytes];
        _use.Enter();
        try
        {
            while (true)
            {
                var generation = _generation.Number;
                using var stored = new BucketKey(Generation.Prefix(generation, bucket), key, stack);
                var value = _database.Get(stored.Bytes, made, _families.Of(bucket), _getOptions);
                if (generation == _generation.Number)
                {
                    return value;
                }
            }
        }
        catch (RocksDbException exception)
        {
            throw Failed(exception);
        }
        finally
        {
            _use.Exit();
        }
    }

    public RocksDbCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        _use.Enter();
        try
        {
            while (true)
            {
                var generation = _generation.Number;
                var prefix = Generation.Prefix(generation, bucket);
                var own = to.IsEmpty ? null : TakeSpareOptions(prefix, BucketKey.ToArray(prefix, to));
                var iterator = _database.NewIterator(_families.Of(bucket), own ?? WholeBucket(prefix));
                if (generation == _generation.Number)
                {
                    return new RocksDbCursor(this, iterator, own, BucketKey.ToArray(prefix, from));
                }

                iterator.Dispose();
            }
        }
        catch
        {
            _use.Exit();
            throw;
        }
    }

    public byte[]? LastKey(Bucket bucket)
    {
        _use.Enter();
        try
        {
            while (true)
            {
                var generation = _generation.Number;
                var key = LastKey(_families.Of(bucket), Generation.Prefix(generation, bucket));
                if (generation == _generation.Number)
                {
                    return key;
                }
            }
        }
        finally
        {
            _use.Exit();
        }
    }

    private byte[]? LastKey(ColumnFamilyHandle family, byte prefix)
    {
        using var iterator = _database.NewIterator(family, WholeBucket(prefix));
        iterator.SeekToLast();
        if (iterator.Valid())
        {
            return iterator.GetKeySpan()[1..].ToArray();
        }

        ThrowIfFailed(iterator);
        return null;
    }

    /// <summary>Takes back what <see cref="Scan"/> gave out.</summary>
    /// <param name="iterator">The cursor's.</param>
    /// <param name="own">The options that no other cursor has; null for those of the bucket.</param>
    internal void EndScan(Iterator iterator, ReadOptions? own)
    {
        iterator.Dispose();
        if (own is not null)
        {
            Volatile.Write(ref _spareOptions, own);
        }

        _use.Exit();
    }

    /// <summary>An iterator stops at an error as it does at the end.</summary>
    internal static void ThrowIfFailed(Iterator iterator)
    {
        try
        {
            Native.Instance.rocksdb_iter_get_error(iterator.Handle);
        }
        catch (RocksDbException exception)
        {
            throw Failed(exception);
        }
    }

    private static StorageException Failed(RocksDbException exception) => new(
        $"cannot read from the key-value engine: {exception.Message}. If its files are damaged, remove the member " +
        "from the cluster, empty its data directory and add it again, or restore a snapshot.",
        exception);

    private ReadOptions WholeBucket(byte prefix)
    {
        ref var slot = ref _bucketOptions[prefix];
        if (slot is { } known)
        {
            return known;
        }

        // A walk to the bucket's end would push everything else out of the block cache.
        var made = Bounded(WithSnapshot(new ReadOptions()), prefix, BucketKey.End(prefix)).SetFillCache(false);
        return Interlocked.CompareExchange(ref slot, made, null) ?? made;
    }

    private ReadOptions TakeSpareOptions(byte prefix, byte[] end) =>
        Bounded(Interlocked.Exchange(ref _spareOptions, null) ?? WithSnapshot(new ReadOptions()), prefix, end);

    private static ReadOptions Bounded(ReadOptions options, byte prefix, byte[] end) =>
        options.SetIterateLowerBound([prefix]).SetIterateUpperBound(end);

    private ReadOptions WithSnapshot(ReadOptions options) =>
        _snapshot is null ? options : options.SetSnapshot(_snapshot);

    private sealed class Deserializer<TResult>(Func<ReadOnlySpan<byte>, TResult> read) : ISpanDeserializer<TResult>
    {
        public TResult Deserialize(ReadOnlySpan<byte> buffer) => read(buffer);
    }
}
