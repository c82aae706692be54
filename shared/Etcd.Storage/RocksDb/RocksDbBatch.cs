using System.Buffers;
using Etcd.Ports.Engine;
using RocksDbSharp;

namespace Etcd.Storage.RocksDb;

/// <summary>Changes of one generation, gathered in native memory. Owned by one thread.</summary>
/// <param name="families">Of the database.</param>
/// <param name="generation">The generation in use; the changes are of the one that was when the first was made.</param>
internal sealed class RocksDbBatch(Families families, Generation generation) : IKvBatch
{
    private byte[] _key = ArrayPool<byte>.Shared.Rent(BucketKey.StackSizeBytes);

    public WriteBatch Native { get; } = new();

    public int Count => Native.Count();

    /// <summary>Generation of the changes.</summary>
    public byte GenerationNumber { get; private set; } = generation.Number;

    public void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Native.Put(Prefixed(bucket, key), value, families.Of(bucket));

    public void Delete(Bucket bucket, ReadOnlySpan<byte> key) =>
        Native.Delete(Prefixed(bucket, key), families.Of(bucket));

    public void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        var prefix = Prefix(bucket);
        var start = BucketKey.ToArray(prefix, from);
        var end = to.IsEmpty ? BucketKey.End(prefix) : BucketKey.ToArray(prefix, to);

        // RocksDB takes an inverted range for corruption; here it is merely empty.
        if (start.AsSpan().SequenceCompareTo(end) < 0)
        {
            Native.DeleteRange(start, (ulong)start.Length, end, (ulong)end.Length, families.Of(bucket));
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

        _key[0] = Prefix(bucket);
        key.CopyTo(_key.AsSpan(1));
        return _key.AsSpan(0, sizeBytes);
    }

    private byte Prefix(Bucket bucket)
    {
        if (Count == 0)
        {
            GenerationNumber = generation.Number;
        }

        return Generation.Prefix(GenerationNumber, bucket);
    }
}
