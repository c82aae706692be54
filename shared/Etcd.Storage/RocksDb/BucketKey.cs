using System.Buffers;
using Etcd.Ports.Engine;

namespace Etcd.Storage.RocksDb;

/// <summary>
/// A key as the engine stores it: the bucket's byte, then the key. Lives on the caller's stack; a long key rents
/// a buffer until disposal.
/// </summary>
internal ref struct BucketKey
{
    /// <summary>Fits a revision key, a lease id and most names; longer ones rent.</summary>
    public const int StackSizeBytes = 128;

    private byte[]? _rented;

    /// <param name="bucket">The bucket.</param>
    /// <param name="key">The key within it; may be empty.</param>
    /// <param name="stack">Stack memory of <see cref="StackSizeBytes"/>.</param>
    public BucketKey(Bucket bucket, ReadOnlySpan<byte> key, Span<byte> stack)
    {
        var sizeBytes = key.Length + 1;
        var buffer = sizeBytes <= stack.Length ? stack : _rented = ArrayPool<byte>.Shared.Rent(sizeBytes);
        buffer[0] = (byte)bucket;
        key.CopyTo(buffer[1..]);
        Bytes = buffer[..sizeBytes];
    }

    /// <summary>The stored key.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>A stored key owned by the caller.</summary>
    public static byte[] ToArray(Bucket bucket, ReadOnlySpan<byte> key)
    {
        var bytes = new byte[key.Length + 1];
        bytes[0] = (byte)bucket;
        key.CopyTo(bytes.AsSpan(1));
        return bytes;
    }

    /// <summary>The first stored key behind every key of the bucket.</summary>
    public static byte[] End(Bucket bucket) => [(byte)(bucket + 1)];

    public void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
