namespace Etcd.Ports.Engine;

/// <summary>A forward walk over one bucket. Used by one thread at a time.</summary>
public interface IKvCursor : IDisposable
{
    /// <summary>Moves to the next pair, at first to the first one; false at the end.</summary>
    bool MoveNext();

    /// <summary>Key of the current pair, without the bucket; valid until the next move.</summary>
    ReadOnlySpan<byte> Key { get; }

    /// <summary>Value of the current pair; valid until the next move.</summary>
    ReadOnlySpan<byte> Value { get; }
}
