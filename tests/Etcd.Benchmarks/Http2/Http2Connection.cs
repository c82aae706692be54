using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Etcd.Benchmarks.Http2;

/// <summary>
/// A client's HTTP/2 connection (RFC 9113) with prior knowledge, for gRPC, on one loop's thread. What it sends gathers
/// in a buffer until the loop flushes it, so that all answers to one read of the socket leave in one write.
/// </summary>
internal sealed partial class Http2Connection : IDisposable
{
    private const int FrameHeaderBytes = 9;
    private const int MaxFrameBytes = 16384;

    // Wide windows: the client never holds a server back, and tells it what it consumed once in a while.
    private const int StreamWindowBytes = 4 << 20;
    private const int ConnectionWindowBytes = 64 << 20;
    private const int DefaultWindowBytes = 65535;

    private readonly LoadLoop _loop;
    private readonly Socket _socket;
    private readonly RequestHeaders _requestHeaders;
    private readonly ResponseHeaders _responseHeaders = new();
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly int _token;
    private byte[] _rest = [];
    private int _restBytes;
    private byte[] _headerBlock = [];
    private int _headerStream;
    private FrameFlags _headerFlags;
    private long _unreportedBytes;

    /// <summary>Connects.</summary>
    /// <param name="loop">Owns the connection.</param>
    /// <param name="endpoint">Host and port.</param>
    /// <param name="token">Names the connection within the loop.</param>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public Http2Connection(LoadLoop loop, Uri endpoint, int token)
    {
        _loop = loop;
        _token = token;
        _requestHeaders = new RequestHeaders(endpoint.Authority);
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(endpoint.Host, endpoint.Port);
        _socket.Blocking = false;
        WritePreface();
    }

    public nint Descriptor => _socket.Handle;

    public LoadLoop Loop => _loop;

    public void Dispose() => _socket.Dispose();

    /// <summary>Reads what has arrived and hands it to the streams.</summary>
    /// <param name="buffer">The loop's; larger than two frames.</param>
    public void Receive(byte[] buffer)
    {
        _rest.AsSpan(0, _restBytes).CopyTo(buffer);
        int read = _socket.Receive(buffer.AsSpan(_restBytes), SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (error != SocketError.Success || read == 0)
        {
            throw new LoadException($"the server closed the connection ({(error == SocketError.Success ? "end" : error)})");
        }

        ReadOnlySpan<byte> data = buffer.AsSpan(0, _restBytes + read);
        while (data.Length >= FrameHeaderBytes)
        {
            int length = (data[0] << 16) | (data[1] << 8) | data[2];
            if (length > MaxFrameBytes)
            {
                throw new LoadException($"the server sent a frame of {length} bytes");
            }

            if (data.Length < FrameHeaderBytes + length)
            {
                break;
            }

            int stream = BinaryPrimitives.ReadInt32BigEndian(data[5..]) & int.MaxValue;
            Handle((FrameType)data[3], (FrameFlags)data[4], stream, data.Slice(FrameHeaderBytes, length));
            data = data[(FrameHeaderBytes + length)..];
        }

        if (_rest.Length < data.Length)
        {
            _rest = new byte[FrameHeaderBytes + MaxFrameBytes];
        }

        data.CopyTo(_rest);
        _restBytes = data.Length;
    }

    private void Handle(FrameType type, FrameFlags flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case FrameType.Data:
                HandleData(flags, stream, payload);
                break;
            case FrameType.Headers:
                HandleHeaders(flags, stream, payload);
                break;
            case FrameType.Continuation:
                HandleContinuation(flags, payload);
                break;
            case FrameType.ResetStream:
                End(stream, Unavailable, $"stream reset with code {BinaryPrimitives.ReadUInt32BigEndian(payload)}");
                break;
            case FrameType.Settings:
                HandleSettings(flags, payload);
                break;
            case FrameType.Ping when !flags.HasFlag(Acknowledgement):
                WriteFrame(FrameType.Ping, Acknowledgement, stream: 0, payload);
                break;
            case FrameType.GoAway:
                throw new LoadException("the server ends the connection: code "
                    + $"{BinaryPrimitives.ReadUInt32BigEndian(payload[4..])} {Encoding.ASCII.GetString(payload[8..])}");
            case FrameType.WindowUpdate:
                HandleWindowUpdate(stream, BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue);
                break;
            case FrameType.PushPromise:
                throw new LoadException("the server pushes");
            default:
                break;
        }
    }

    private void HandleData(FrameFlags flags, int id, ReadOnlySpan<byte> payload)
    {
        _unreportedBytes += payload.Length;
        if (_unreportedBytes >= ConnectionWindowBytes / 2)
        {
            WriteWindowUpdate(stream: 0, (int)_unreportedBytes);
            _unreportedBytes = 0;
        }

        if (!_streams.TryGetValue(id, out Http2Stream? stream))
        {
            return;
        }

        stream.UnreportedBytes += payload.Length;
        stream.Receive(WithoutPadding(flags, payload));
        if (flags.HasFlag(FrameFlags.EndStream))
        {
            End(id, Unavailable, "the answer ended without trailers");
        }
        else if (stream.UnreportedBytes >= StreamWindowBytes / 2)
        {
            WriteWindowUpdate(id, stream.UnreportedBytes);
            stream.UnreportedBytes = 0;
        }
    }

    private void HandleHeaders(FrameFlags flags, int id, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> block = WithoutPadding(flags, payload);
        if (flags.HasFlag(FrameFlags.Priority))
        {
            block = block[5..];
        }

        if (flags.HasFlag(FrameFlags.EndHeaders))
        {
            Decode(flags, id, block);
            return;
        }

        _headerBlock = block.ToArray();
        _headerStream = id;
        _headerFlags = flags;
    }

    private void HandleContinuation(FrameFlags flags, ReadOnlySpan<byte> payload)
    {
        _headerBlock = [.. _headerBlock, .. payload];
        if (flags.HasFlag(FrameFlags.EndHeaders))
        {
            Decode(_headerFlags, _headerStream, _headerBlock);
        }
    }

    private void Decode(FrameFlags flags, int id, ReadOnlySpan<byte> block)
    {
        _responseHeaders.Decode(block);
        if (_responseHeaders.HttpStatus is not (0 or 200))
        {
            End(id, Unavailable, $"HTTP status {_responseHeaders.HttpStatus}");
        }
        else if (flags.HasFlag(FrameFlags.EndStream))
        {
            int status = _responseHeaders.GrpcStatus;
            End(id, status < 0 ? Unavailable : status, status < 0 ? "no grpc-status" : _responseHeaders.GrpcMessage);
        }
    }

    private void HandleSettings(FrameFlags flags, ReadOnlySpan<byte> payload)
    {
        if (flags.HasFlag(Acknowledgement))
        {
            return;
        }

        for (; payload.Length >= 6; payload = payload[6..])
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case MaxConcurrentStreams:
                    _maxStreams = (int)Math.Min(value, int.MaxValue);
                    break;
                case InitialWindowSize:
                    foreach (Http2Stream stream in _streams.Values)
                    {
                        stream.SendWindow += value - _initialSendWindow;
                    }

                    _initialSendWindow = value;
                    break;
                default:
                    break;
            }
        }

        WriteFrame(FrameType.Settings, Acknowledgement, stream: 0, []);
        SendPending();
    }

    private void HandleWindowUpdate(int id, int bytes)
    {
        if (id == 0)
        {
            _sendWindow += bytes;
        }
        else if (_streams.TryGetValue(id, out Http2Stream? stream))
        {
            stream.SendWindow += bytes;
        }

        SendPending();
    }

    private void End(int id, int status, string? text)
    {
        if (!_streams.Remove(id, out Http2Stream? stream))
        {
            return;
        }

        stream.Id = 0;
        stream.OnEnd(status, text);
        SendPending();
    }

    private static ReadOnlySpan<byte> WithoutPadding(FrameFlags flags, ReadOnlySpan<byte> payload) =>
        flags.HasFlag(FrameFlags.Padded) ? payload[1..^payload[0]] : payload;
}
