using System.Globalization;
using Etcd.Ports.Engine;
using Etcd.Storage.DataDirectory;
using Etcd.Storage.Interop;
using RocksDbSharp;
using Database = RocksDbSharp.RocksDb;

namespace Etcd.Storage.RocksDb;

/// <summary>
/// The key-value engine on RocksDB: two column families, see <see cref="Families"/>, each key behind a byte for its
/// bucket, RocksDB's own log off. Every flush is of both families, all or nothing, and cuts them between two batches, so
/// it makes a prefix of the batches durable across all buckets at once; what a crash loses is replayed from the raft
/// log. Thread-safe.
/// </summary>
public sealed partial class RocksDbEngine : IKvEngine
{
    /// <summary>Sizes move slowly and asking takes the database's mutex, while the quota asks on every put.</summary>
    private const long SizesValidForMilliseconds = 100;

    /// <summary>Takes the space that opening needs, for a moment; RocksDB lets files of other names be.</summary>
    private const string RoomFile = "room";

    /// <summary>Opening writes some ten KiB; the rest is for what else writes meanwhile.</summary>
    private const long RoomBytes = 4 << 20;

    private readonly Database _database;
    private readonly Families _families;
    private readonly UseCount _use;
    private readonly RocksDbReader _reader;
    private readonly WriteOptions _writeOptions = new WriteOptions().DisableWal(1);
    private readonly string _directory;
    private readonly Generation _generation;
    private Sizes _sizes = new(0, 0, long.MinValue);

    private RocksDbEngine(Database database, string directory)
    {
        _database = database;
        _families = new Families(database);
        _directory = directory;
        _use = new UseCount(typeof(RocksDbEngine), database.Dispose);
        MoveState();
        var number = database.Get(Generation.NumberKey, _families.State) is [var stored] ? stored : (byte)0;
        _generation = new Generation(number);
        _reader = new RocksDbReader(database, _families, _use, _generation, snapshot: null);
        DropUnusedGeneration();
    }

    /// <inheritdoc/>
    public long SizeBytes => CurrentSizes().TotalBytes;

    /// <inheritdoc/>
    public long SizeInUseBytes => CurrentSizes().InUseBytes;

    /// <summary>Opens the engine, creating it when its directory is empty or missing.</summary>
    /// <exception cref="StorageException">
    /// It is in use, unreadable or damaged, or RocksDB's library is missing; the text says what to do.
    /// </exception>
    public static RocksDbEngine Open(RocksDbEngineOptions options)
    {
        var directory = Path.GetFullPath(options.Directory);
        DataDirectoryLock.CreateDirectory(directory);
        try
        {
            CheckRoom(directory);
            var database = Database.Open(
                DatabaseOptions(options), directory, Families.WithOptions(FamilyOptions(options)));
            try
            {
                return new RocksDbEngine(database, directory);
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is RocksDbException or IOException)
        {
            throw new StorageException(
                $"cannot open the key-value engine in {directory}: {exception.Message}. {Advice(exception.Message)}",
                exception);
        }
        catch (Exception exception) when (MissingLibrary(exception) is { } missing)
        {
            throw new StorageException(missing.Message, exception);
        }
    }

    /// <inheritdoc/>
    public IKvBatch CreateBatch() => new RocksDbBatch(_families, _generation);

    /// <inheritdoc/>
    public void Write(IKvBatch batch)
    {
        if (batch is not RocksDbBatch own || (own.Count > 0 && own.GenerationNumber != _generation.Number))
        {
            throw new ArgumentException("the batch is another engine's or a replaced state's", nameof(batch));
        }

        _use.Enter();
        try
        {
            _database.Write(own.Native, _writeOptions);
        }
        catch (RocksDbException exception)
        {
            throw Failed("write to", exception);
        }
        finally
        {
            _use.Exit();
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        _use.Enter();
        try
        {
            FlushFamilies();
        }
        catch (RocksDbException exception)
        {
            throw Failed("flush", exception);
        }
        finally
        {
            _use.Exit();
        }
    }

    /// <summary>
    /// Rewrites the table files so that deleted and replaced data gives its space back (<c>Defragment</c>).
    /// Blocks for as long as that takes; reads and writes go on.
    /// </summary>
    public void Compact()
    {
        _use.Enter();
        try
        {
            _database.CompactRange(null, null, _families.Revisions);
            _database.CompactRange(null, null, _families.State);
            Volatile.Write(ref _sizes, new Sizes(0, 0, long.MinValue));
        }
        finally
        {
            _use.Exit();
        }
    }

    /// <inheritdoc/>
    public IKvSnapshot OpenSnapshot()
    {
        _use.Enter();
        while (true)
        {
            var generation = _generation.Number;
            var snapshot = _database.CreateSnapshot();
            if (generation == _generation.Number)
            {
                return new RocksDbSnapshot(_database, _families, _use, snapshot, generation);
            }

            snapshot.Dispose();
        }
    }

    /// <inheritdoc/>
    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => _reader.Get(bucket, key);

    /// <inheritdoc/>
    public TResult? Get<TResult>(Bucket bucket, ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TResult> read)
        where TResult : class => _reader.Get(bucket, key, read);

    /// <inheritdoc/>
    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        _reader.Scan(bucket, from, to);

    /// <inheritdoc/>
    public byte[]? LastKey(Bucket bucket) => _reader.LastKey(bucket);

    /// <summary>
    /// Closes the engine; the last open cursor or snapshot closes the files. RocksDB flushes as it closes, which
    /// shortens the next start but is promised to nobody.
    /// </summary>
    public void Dispose()
    {
        _cleaner?.Join();
        _use.Release();
    }

    private static DbOptions DatabaseOptions(RocksDbEngineOptions options) =>
        new DbOptions()
            .SetCreateIfMissing()
            .SetCreateMissingColumnFamilies()
            .SetAtomicFlush()
            .SetParanoidChecks()
            .IncreaseParallelism(options.BackgroundJobs)
            .SetMaxOpenFiles(options.MaxOpenFiles)
            .SetBytesPerSync(1 << 20)
            .SetInfoLogLevel(InfoLogLevel.Warn)
            .SetMaxLogFileSize(4 << 20)
            .SetKeepLogFileNum(4)
            .SetMaxManifestFileSize(16 << 20)
            .SetStatsDumpPeriodSec(0);

    private static Func<ColumnFamilyOptions> FamilyOptions(RocksDbEngineOptions options)
    {
        // Index and filter blocks live in the cache too, so that its size bounds the memory.
        var table = new BlockBasedTableOptions()
            .SetBlockSize(16 << 10)
            .SetBlockCache(Cache.CreateLru((ulong)options.BlockCacheSizeBytes))
            .SetFilterPolicy(BloomFilterPolicy.Create(10))
            .SetFormatVersion(5)
            .SetCacheIndexAndFilterBlocks(true)
            .SetPinL0FilterAndIndexBlocksInCache(true);

        // One compression for all levels, else RocksDB would write a file again to move it.
        return () => new ColumnFamilyOptions()
            .SetWriteBufferSize((ulong)options.WriteBufferSizeBytes)
            .SetMaxWriteBufferNumber(options.WriteBufferCount)
            .SetLevelCompactionDynamicLevelBytes(true)
            .SetCompression(Compression.Lz4)
            .SetBlockBasedTableFactory(table);
    }

    /// <summary>RocksDB writes a list of its files when it opens; where that fails, a build with assertions, as Debian's,
    /// aborts the process.</summary>
    /// <exception cref="IOException">The disk is full, or the directory cannot be written.</exception>
    private static void CheckRoom(string directory)
    {
        var path = Path.Combine(directory, RoomFile);
        try
        {
            using var file = Libc.OpenOrCreate(path, Convert.ToInt32("600", 8));
            Libc.TryAllocate(file, path, RoomBytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Advice(string message)
    {
        if (message.Contains("lock", StringComparison.OrdinalIgnoreCase))
        {
            return "Another process has it open: stop it, or choose another --data-dir.";
        }

        if (message.Contains("No space left", StringComparison.Ordinal))
        {
            return "Free space or enlarge the volume, then start the member again.";
        }

        if (message.Contains("Permission denied", StringComparison.Ordinal))
        {
            return "Give the directory to the user that runs the member.";
        }

        return "If it is damaged, remove the member from the cluster, empty its data directory and add it again, " +
            "or restore a snapshot.";
    }

    /// <summary>The loader's error, which a type initialiser may have wrapped.</summary>
    private static DllNotFoundException? MissingLibrary(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is DllNotFoundException missing)
            {
                return missing;
            }
        }

        return null;
    }

    private StorageException Failed(string what, RocksDbException exception) =>
        new($"cannot {what} the key-value engine in {_directory}: {exception.Message}. {Advice(exception.Message)}", exception);

    private Sizes CurrentSizes()
    {
        var now = Environment.TickCount64;
        var sizes = Volatile.Read(ref _sizes);
        if (now < sizes.ValidUntilMilliseconds)
        {
            return sizes;
        }

        _use.Enter();
        try
        {
            var memory = Property("rocksdb.cur-size-all-mem-tables");
            var total = Property("rocksdb.total-sst-files-size") + memory;
            var inUse = Math.Min(total, Property("rocksdb.estimate-live-data-size") + memory);
            sizes = new Sizes(total, inUse, now + SizesValidForMilliseconds);
            Volatile.Write(ref _sizes, sizes);
            return sizes;
        }
        finally
        {
            _use.Exit();
        }
    }

    private long Property(string name) => Property(name, _families.Revisions) + Property(name, _families.State);

    private long Property(string name, ColumnFamilyHandle family) =>
        long.TryParse(
            _database.GetProperty(name, family), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : 0;

    private sealed record Sizes(long TotalBytes, long InUseBytes, long ValidUntilMilliseconds);
}
