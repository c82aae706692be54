using Etcd.Ports.Engine;
using RocksDbSharp;

namespace Etcd.Storage.RocksDb;

/// <summary>A walk over one bucket; the bounds stand in the iterator's options. Used by one thread at a time.</summary>
internal sealed class RocksDbCursor : IKvCursor
{
    private readonly RocksDbReader _reader;
    private readonly Iterator _iterator;
    private readonly ReadOptions? _own;
    private byte[]? _first;
    private bool _ended;
    private bool _disposed;

    /// <param name="reader">Takes back the iterator and its options at disposal.</param>
    /// <param name="iterator">Bounded to the bucket and the end.</param>
    /// <param name="own">The iterator's options if no other has them.</param>
    /// <param name="first">Stored key to start at.</param>
    public RocksDbCursor(RocksDbReader reader, Iterator iterator, ReadOptions? own, byte[] first)
    {
        _reader = reader;
        _iterator = iterator;
        _own = own;
        _first = first;
    }

    public ReadOnlySpan<byte> Key => _iterator.GetKeySpan()[1..];

    public ReadOnlySpan<byte> Value => _iterator.GetValueSpan();

    public bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ended)
        {
            return false;
        }

        if (_first is { } first)
        {
            _first = null;
            _iterator.Seek(first);
        }
        else
        {
            _iterator.Next();
        }

        if (_iterator.Valid())
        {
            return true;
        }

        _ended = true;
        RocksDbReader.ThrowIfFailed(_iterator);
        return false;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _ended = true;
        _reader.EndScan(_iterator, _own);
    }
}
