using System.Buffers;
using Etcd.Ports.Engine;
using RocksDbSharp;

namespace Etcd.Storage.RocksDb;

/// <summary>Changes gathered in native memory. Owned by one thread.</summary>
internal sealed class RocksDbBatch : IKvBatch
{
    private byte[] _key = ArrayPool<byte>.Shared.Rent(BucketKey.StackSizeBytes);

    public WriteBatch Native { get; } = new();

    public int Count => Native.Count();

    public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Native.Put(Prefixed(bucket, key), value);

    public void Delete(Bucket bucket, ReadOnlySpan<byte> key) => Native.Delete(Prefixed(bucket, key));

    public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var start = BucketKey.ToArray(bucket, from);
        var end = to.IsEmpty ? BucketKey.End(bucket) : BucketKey.ToArray(bucket, to);

        // RocksDB takes an inverted range for corruption; here it is merely empty.
        if (start.AsSpan().SequenceCompareTo(end) < 0)
        {
            Native.DeleteRange(start, (ulong)start.Length, end, (ulong)end.Length);
        }
    }

    public void Clear() => Native.Clear();

    public void Dispose()
    {
        Native.Dispose();
        var key = _key;
        _key = [];
        if (key.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(key);
        }
    }

    private ReadOnlySpan<byte> Prefixed(Bucket bucket, ReadOnlySpan<byte> key)
    {
        var sizeBytes = key.Length + 1;
        if (sizeBytes > _key.Length)
        {
            ArrayPool<byte>.Shared.Return(_key);
            _key = ArrayPool<byte>.Shared.Rent(sizeBytes);
        }

        _key[0] = (byte)bucket;
        key.CopyTo(_key.AsSpan(1));
        return _key.AsSpan(0, sizeBytes);
    }
}
