using Etcd.Ports.Engine;
using RocksDbSharp;

namespace Etcd.Storage.RocksDb;

/// <summary>A walk over one bucket; the bounds stand in the iterator's options. Used by one thread at a time.</summary>
internal sealed class RocksDbCursor : IKvCursor
{
    private readonly UseCount _use;
    private readonly Iterator _iterator;
    private byte[]? _first;
    private bool _ended;
    private bool _disposed;

    /// <param name="use">The database, entered by the caller; this exits it.</param>
    /// <param name="iterator">Bounded to the bucket and the end; owned from now on.</param>
    /// <param name="first">Stored key to start at.</param>
    public RocksDbCursor(UseCount use, Iterator iterator, byte[] first)
    {
        _use = use;
        _iterator = iterator;
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
        _iterator.Dispose();
        _use.Exit();
    }
}
