namespace Etcd.Ports.Engine;

/// <summary>Changes that become visible together. Owned by one thread.</summary>
public interface IKvBatch : IDisposable
{
    /// <summary>Sets a key. Key and value are copied.</summary>
    void Put(Bucket bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Removes a key; nothing happens when it does not exist.</summary>
    void Delete(Bucket bucket, ReadOnlySpan<byte> key);

    /// <summary>Removes every key of the bucket from <paramref name="from"/>, inclusive, to <paramref name="to"/>,
    /// exclusive; empty means the bucket's first key and its end.</summary>
    void DeleteRange(Bucket bucket, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to);

    /// <summary>Number of changes.</summary>
    int Count { get; }

    /// <summary>Forgets all changes, so that the batch can be filled again.</summary>
    void Clear();
}
