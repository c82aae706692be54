namespace Etcd.Ports.Engine;

/// <summary>Reads of a key-value engine. Thread-safe.</summary>
public interface IKvReader
{
    /// <summary>The value of a key, owned by the caller; null when the key does not exist.</summary>
    byte[]? Get(Bucket bucket, ReadOnlySpan<byte> key);

    /// <summary>What a function makes of the value of a key, which it sees where the engine has it and during the call
    /// only; null when the key does not exist.</summary>
    /// <typeparam name="TResult">What is made.</typeparam>
    TResult? Get<TResult>(Bucket bucket, ReadOnlySpan<byte> key, Func<ReadOnlySpan<byte>, TResult> read)
        where TResult : class =>
        Get(bucket, key) is { } value ? read(value) : null;

    /// <summary>
    /// Walks the keys of a bucket in ascending byte order, as they were when the cursor was opened.
    /// </summary>
    /// <param name="bucket">The bucket.</param>
    /// <param name="from">First key, inclusive; empty for the bucket's first.</param>
    /// <param name="to">End, exclusive; empty for the bucket's end.</param>
    IKvCursor Scan(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to);

    /// <summary>The last (greatest) key of a bucket, owned by the caller; null when the bucket is empty.</summary>
    byte[]? LastKey(Bucket bucket);
}
