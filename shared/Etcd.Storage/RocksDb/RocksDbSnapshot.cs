using Etcd.Ports.Engine;
using RocksDbSharp;
using Database = RocksDbSharp.RocksDb;

namespace Etcd.Storage.RocksDb;

/// <summary>The engine at one moment. Thread-safe; may be disposed of while reads run, and after the engine.</summary>
internal sealed class RocksDbSnapshot : IKvSnapshot
{
    private readonly UseCount _use;
    private readonly RocksDbReader _reader;

    /// <param name="database">The database.</param>
    /// <param name="families">Of the database.</param>
    /// <param name="databaseUse">Entered by the caller; exited when the snapshot is closed.</param>
    /// <param name="snapshot">The native snapshot; owned from now on.</param>
    /// <param name="generation">Generation in use when it was taken.</param>
    public RocksDbSnapshot(
        Database database, Families families, UseCount databaseUse, Snapshot snapshot, byte generation)
    {
        _use = new UseCount(typeof(RocksDbSnapshot), () =>
        {
            snapshot.Dispose();
            databaseUse.Exit();
        });
        _reader = new RocksDbReader(database, families, _use, new Generation(generation), snapshot);
    }

    public byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key) => _reader.Get(bucket, key);

    public TResult? Get<TResult>(Bucket bucket, ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TResult> read)
        where TResult : class => _reader.Get(bucket, key, read);

    public IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        _reader.Scan(bucket, from, to);

    public byte[]? LastKey(Bucket bucket) => _reader.LastKey(bucket);

    public void Dispose() => _use.Release();
}
