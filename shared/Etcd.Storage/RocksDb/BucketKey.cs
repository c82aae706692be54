using System.Buffers;

namespace Etcd.Storage.RocksDb;

/// <summary>
/// A key as the engine stores it: the byte of generation and bucket, then the key. Lives on the caller's stack; a
/// long key rents a buffer until disposal.
/// </summary>
internal ref struct BucketKey
{
    /// <summary>Fits a revision key, a lease id and most names; longer ones rent.</summary>
    public const int StackSizeBytes = 128;

    private byte[]? _rented;

    /// <param name="prefix">The byte of generation and bucket.</param>
    /// <param name="key">The key within it; may be empty.</param>
    /// <param name="stack">Stack memory of <see cref="StackSizeBytes"/>.</param>
    public BucketKey(byte prefix, ReadOnlySpan<byte> key, Span<byte> stack)
    {
        var sizeBytes = key.Length + 1;
        var buffer = sizeBytes <= stack.Length ? stack : _rented = ArrayPool<byte>.Shared.Rent(sizeBytes);
        buffer[0] = prefix;
        key.CopyTo(buffer[1..]);
        Bytes = buffer[..sizeBytes];
    }

    /// <summary>The stored key.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>A stored key owned by the caller.</summary>
    public static byte[] ToArray(byte prefix, ReadOnlySpan<byte> key)
    {
        var bytes = new byte[key.Length + 1];
        bytes[0] = prefix;
        key.CopyTo(bytes.AsSpan(1));
        return bytes;
    }

    /// <summary>The first stored key behind every key of the bucket.</summary>
    public static byte[] End(byte prefix) => [(byte)(prefix + 1)];

    public void Dispose()
    {
        if (_rented is { } rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
