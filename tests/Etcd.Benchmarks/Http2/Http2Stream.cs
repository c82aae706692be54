using System.Buffers.Binary;

namespace Etcd.Benchmarks.Http2;

/// <summary>
/// One gRPC call after another, or one long stream, on a connection. Lives on the thread of the connection's loop.
/// </summary>
internal abstract class Http2Stream
{
    private const int PrefixBytes = 5;

    private byte[] _assembly = [];
    private int _assembled;

    /// <summary>The stream's number while a call is open, else 0.</summary>
    public int Id { get; set; }

    /// <summary>Bytes that the server takes before it must widen the window.</summary>
    public long SendWindow { get; set; }

    /// <summary>Bytes received that the server does not know to be consumed.</summary>
    public int UnreportedBytes { get; set; }

    /// <summary>Set before the first call.</summary>
    public Http2Connection Connection { get; set; } = null!; // LoadSession.Add sets it.

    /// <summary>Whether <see cref="OnMessage"/> is to be called; otherwise content only counts.</summary>
    protected virtual bool WantsMessages => false;

    /// <summary>Bytes of messages, prefixes included, since the call began.</summary>
    protected long ReceivedBytes { get; private set; }

    /// <summary>Makes the stream do its work, from the loop's thread.</summary>
    public abstract void Begin();

    /// <summary>Forgets the last call.</summary>
    public void Reset()
    {
        _assembled = 0;
        ReceivedBytes = 0;
        UnreportedBytes = 0;
    }

    /// <summary>Takes the content of a DATA frame.</summary>
    public void Receive(ReadOnlySpan<byte> data)
    {
        ReceivedBytes += data.Length;
        if (!WantsMessages)
        {
            return;
        }

        if (_assembled > 0)
        {
            Append(data);
            data = _assembly.AsSpan(0, _assembled);
        }

        while (data.Length >= PrefixBytes)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(data[1..]);
            if (data[0] != 0 || length < 0)
            {
                throw new LoadException("the server sent a compressed or malformed message");
            }

            if (data.Length < PrefixBytes + length)
            {
                break;
            }

            OnMessage(data.Slice(PrefixBytes, length));
            data = data[(PrefixBytes + length)..];
        }

        Keep(data);
    }

    /// <summary>A whole message arrived.</summary>
    /// <param name="message">Valid during the call only.</param>
    protected virtual void OnMessage(ReadOnlySpan<byte> message)
    {
    }

    /// <summary>The call ended.</summary>
    /// <param name="status">gRPC's status; 0 is success.</param>
    /// <param name="text">The server's words, if any.</param>
    public abstract void OnEnd(int status, string? text);

    private void Append(ReadOnlySpan<byte> data)
    {
        if (_assembly.Length < _assembled + data.Length)
        {
            Array.Resize(ref _assembly, Math.Max(_assembled + data.Length, 2 * _assembly.Length));
        }

        data.CopyTo(_assembly.AsSpan(_assembled));
        _assembled += data.Length;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == _assembled)
        {
            return;
        }

        if (_assembled > 0)
        {
            // The rest lies in the buffer itself: moved to its start.
            rest.CopyTo(_assembly);
            _assembled = rest.Length;
            return;
        }

        Append(rest);
    }
}
