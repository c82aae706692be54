using System.Buffers.Binary;
using System.Net.Sockets;

namespace Etcd.Benchmarks.Http2;

internal sealed partial class Http2Connection
{
    private const int Unavailable = 14;
    private const FrameFlags Acknowledgement = FrameFlags.EndStream;
    private const int EnablePush = 2;
    private const int MaxConcurrentStreams = 3;
    private const int InitialWindowSize = 4;
    private const int MessagePrefixBytes = 5;

    private readonly LinkedList<PendingSend> _pending = [];
    private byte[] _out = new byte[16 << 10];
    private int _outStart;
    private int _outEnd;
    private bool _dirty;
    private bool _waitsForSocket;
    private int _nextStream = 1;
    private int _maxStreams = int.MaxValue;
    private long _sendWindow = DefaultWindowBytes;
    private long _initialSendWindow = DefaultWindowBytes;

    /// <summary>Opens a call with its first message.</summary>
    /// <param name="stream">No call is open on it.</param>
    /// <param name="method">What is called.</param>
    /// <param name="message">The request; copied.</param>
    /// <param name="last">Whether it is the only one.</param>
    public void Open(Http2Stream stream, GrpcMethod method, ReadOnlySpan<byte> message, bool last)
    {
        stream.Reset();
        if (_pending.Count > 0 || _streams.Count >= _maxStreams || message.Length > _sendWindow - MessagePrefixBytes
            || message.Length > Math.Min(MaxFrameBytes, _initialSendWindow) - MessagePrefixBytes)
        {
            _pending.AddLast(new PendingSend(stream, method, Prefixed(message), last));
            SendPending();
            return;
        }

        OpenStream(stream, method);
        Span<byte> frame = Reserve(FrameHeaderBytes + MessagePrefixBytes + message.Length);
        WriteFrameHeader(
            frame, FrameType.Data, last ? FrameFlags.EndStream : FrameFlags.None, stream.Id, MessagePrefixBytes + message.Length);
        WriteMessagePrefix(frame[FrameHeaderBytes..], message.Length);
        message.CopyTo(frame[(FrameHeaderBytes + MessagePrefixBytes)..]);
        _sendWindow -= MessagePrefixBytes + message.Length;
        stream.SendWindow -= MessagePrefixBytes + message.Length;
    }

    /// <summary>Sends a further message on an open call.</summary>
    public void Send(Http2Stream stream, ReadOnlySpan<byte> message)
    {
        _pending.AddLast(new PendingSend(stream, null, Prefixed(message), Last: false));
        SendPending();
    }

    /// <summary>Writes to the socket what has gathered.</summary>
    public void Flush()
    {
        _dirty = false;
        while (_outStart < _outEnd)
        {
            int sent = _socket.Send(_out.AsSpan(_outStart.._outEnd), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                WaitForSocket(true);
                return;
            }

            if (error != SocketError.Success)
            {
                throw new LoadException($"the connection broke while sending ({error})");
            }

            _outStart += sent;
        }

        _outStart = _outEnd = 0;
        WaitForSocket(false);
    }

    private static byte[] Prefixed(ReadOnlySpan<byte> message)
    {
        byte[] prefixed = new byte[MessagePrefixBytes + message.Length];
        WriteMessagePrefix(prefixed, message.Length);
        message.CopyTo(prefixed.AsSpan(MessagePrefixBytes));
        return prefixed;
    }

    private static void WriteMessagePrefix(Span<byte> destination, int length)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
    }

    private static void WriteFrameHeader(Span<byte> frame, FrameType type, FrameFlags flags, int stream, int length)
    {
        frame[0] = (byte)(length >> 16);
        frame[1] = (byte)(length >> 8);
        frame[2] = (byte)length;
        frame[3] = (byte)type;
        frame[4] = (byte)flags;
        BinaryPrimitives.WriteInt32BigEndian(frame[5..], stream);
    }

    /// <summary>
    /// Sends, in order, what had to wait for the server's limits. A stream whose own window is used up holds no other
    /// stream back.
    /// </summary>
    private void SendPending()
    {
        for (LinkedListNode<PendingSend>? node = _pending.First; node is not null && _sendWindow > 0;)
        {
            PendingSend send = node.Value;
            if (send.Method is { } method && send.Stream.Id == 0)
            {
                if (_streams.Count >= _maxStreams)
                {
                    return;
                }

                OpenStream(send.Stream, method);
            }

            SendPart(send);
            LinkedListNode<PendingSend>? next = node.Next;
            if (send.Sent == send.Message.Length)
            {
                _pending.Remove(node);
            }

            node = next;
        }
    }

    /// <summary>Sends as much of a message as the windows allow.</summary>
    private void SendPart(PendingSend send)
    {
        while (send.Sent < send.Message.Length)
        {
            long room = Math.Min(Math.Min(_sendWindow, send.Stream.SendWindow), MaxFrameBytes);
            int part = (int)Math.Min(room, send.Message.Length - send.Sent);
            if (part <= 0)
            {
                return;
            }

            bool last = send.Last && send.Sent + part == send.Message.Length;
            WriteFrame(
                FrameType.Data, last ? FrameFlags.EndStream : FrameFlags.None, send.Stream.Id,
                send.Message.AsSpan(send.Sent, part));
            send.Sent += part;
            _sendWindow -= part;
            send.Stream.SendWindow -= part;
        }
    }

    private void OpenStream(Http2Stream stream, GrpcMethod method)
    {
        stream.Id = _nextStream;
        stream.SendWindow = _initialSendWindow;
        _nextStream += 2;
        _streams.Add(stream.Id, stream);
        WriteFrame(FrameType.Headers, FrameFlags.EndHeaders, stream.Id, _requestHeaders.BlockFor(method));
    }

    private void WritePreface()
    {
        ReadOnlySpan<byte> preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;
        preface.CopyTo(Reserve(preface.Length));
        Span<byte> settings = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16BigEndian(settings, EnablePush);
        BinaryPrimitives.WriteUInt32BigEndian(settings[2..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(settings[6..], InitialWindowSize);
        BinaryPrimitives.WriteUInt32BigEndian(settings[8..], StreamWindowBytes);
        WriteFrame(FrameType.Settings, FrameFlags.None, stream: 0, settings);
        WriteWindowUpdate(stream: 0, ConnectionWindowBytes - DefaultWindowBytes);
    }

    private void WriteWindowUpdate(int stream, int bytes)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        WriteFrame(FrameType.WindowUpdate, FrameFlags.None, stream, payload);
    }

    private void WriteFrame(FrameType type, FrameFlags flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> frame = Reserve(FrameHeaderBytes + payload.Length);
        WriteFrameHeader(frame, type, flags, stream, payload.Length);
        payload.CopyTo(frame[FrameHeaderBytes..]);
    }

    private Span<byte> Reserve(int bytes)
    {
        if (!_dirty)
        {
            _dirty = true;
            _loop.MustFlush(this);
        }

        if (_out.Length - _outEnd < bytes)
        {
            byte[] larger = new byte[Math.Max(2 * _out.Length, _outEnd - _outStart + bytes)];
            _out.AsSpan(_outStart.._outEnd).CopyTo(larger);
            _out = larger;
            _outEnd -= _outStart;
            _outStart = 0;
        }

        _outEnd += bytes;
        return _out.AsSpan(_outEnd - bytes, bytes);
    }

    private void WaitForSocket(bool waits)
    {
        if (_waitsForSocket != waits)
        {
            _waitsForSocket = waits;
            _loop.WatchWritable(this, _token, waits);
        }
    }

    private sealed record PendingSend(Http2Stream Stream, GrpcMethod? Method, byte[] Message, bool Last)
    {
        public int Sent { get; set; }
    }
}
