using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Etcd.Benchmarks.Http2;

namespace Etcd.Benchmarks.Limits;

/// <summary>
/// An HTTP/2 server in this process that answers each request with the same few bytes: what the load client can do at
/// most, and a server for its tests. It reads no header and does no work; a thread for each connection.
/// </summary>
internal sealed class EchoServer : IDisposable
{
    private const int FrameHeaderBytes = 9;
    private const int PrefaceBytes = 24;
    private const int BufferBytes = 256 << 10;
    private const int WindowBytes = 1 << 30;
    private const byte Acknowledgement = 1;

    // A literal that no table remembers.
    private static readonly byte[] Trailers = [0x00, 11, .. "grpc-status"u8, 1, (byte)'0'];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly byte[] _message;
    private readonly bool _answers;

    /// <summary>Starts it.</summary>
    /// <param name="message">The answer to each request.</param>
    /// <param name="answers">Whether it answers at all.</param>
    public EchoServer(ReadOnlySpan<byte> message, bool answers = true)
    {
        _message = [0, 0, 0, 0, 0, .. message];
        BinaryPrimitives.WriteInt32BigEndian(_message.AsSpan(1), message.Length);
        _answers = answers;
        _listener.Start();
        Endpoint = new Uri($"http://{_listener.LocalEndpoint}");
        new Thread(Accept) { IsBackground = true, Name = "echo" }.Start();
    }

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
        {
            foreach (Socket socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.AcceptSocket();
                socket.NoDelay = true;
                lock (_sockets)
                {
                    _sockets.Add(socket);
                }

                new Thread(() => Serve(socket)) { IsBackground = true, Name = "echo" }.Start();
            }
        }
        catch (Exception end) when (end is SocketException or InvalidOperationException)
        {
            // Disposed, while it waited or just before: that is how it ends.
        }
    }

    private void Serve(Socket socket)
    {
        byte[] received = new byte[BufferBytes];
        List<byte> answer = [];
        try
        {
            Span<byte> settings = stackalloc byte[6];
            BinaryPrimitives.WriteUInt16BigEndian(settings, 4); // The initial window of a stream.
            BinaryPrimitives.WriteInt32BigEndian(settings[2..], WindowBytes);
            Append(answer, FrameType.Settings, flags: 0, stream: 0, settings);
            int skip = PrefaceBytes;
            int count = 0;
            for (int read; (read = socket.Receive(received.AsSpan(count))) > 0;)
            {
                count += read;
                if (count < skip)
                {
                    continue;
                }

                int taken = skip + Handle(received.AsSpan(skip..count), answer);
                skip = 0;
                received.AsSpan(taken..count).CopyTo(received);
                count -= taken;
                Send(socket, answer);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The client went, or the server was disposed.
        }
    }

    private static void Send(Socket socket, List<byte> answer)
    {
        if (answer.Count > 0)
        {
            _ = socket.Send(CollectionsMarshal.AsSpan(answer));
            answer.Clear();
        }
    }

    /// <summary>Handles whole frames.</summary>
    /// <returns>Bytes that they took.</returns>
    private int Handle(ReadOnlySpan<byte> data, List<byte> answer)
    {
        int taken = 0;
        int content = 0;
        while (data.Length - taken >= FrameHeaderBytes)
        {
            ReadOnlySpan<byte> frame = data[taken..];
            int length = (frame[0] << 16) | (frame[1] << 8) | frame[2];
            if (frame.Length < FrameHeaderBytes + length)
            {
                break;
            }

            var type = (FrameType)frame[3];
            int stream = BinaryPrimitives.ReadInt32BigEndian(frame[5..]);
            taken += FrameHeaderBytes + length;
            if (type == FrameType.Data)
            {
                content += length;
                if (_answers && (frame[4] & (byte)FrameFlags.EndStream) != 0)
                {
                    Answer(answer, stream);
                }
            }
            else if (type == FrameType.Settings && (frame[4] & Acknowledgement) == 0)
            {
                Append(answer, FrameType.Settings, Acknowledgement, stream: 0, []);
            }
        }

        if (content > 0)
        {
            Span<byte> window = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(window, content);
            Append(answer, FrameType.WindowUpdate, flags: 0, stream: 0, window);
        }

        return taken;
    }

    private void Answer(List<byte> answer, int stream)
    {
        Append(answer, FrameType.Headers, (byte)FrameFlags.EndHeaders, stream, [0x88]); // :status 200
        Append(answer, FrameType.Data, flags: 0, stream, _message);
        Append(answer, FrameType.Headers, (byte)(FrameFlags.EndHeaders | FrameFlags.EndStream), stream, Trailers);
    }

    private static void Append(List<byte> answer, FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[FrameHeaderBytes];
        header[0] = (byte)(payload.Length >> 16);
        header[1] = (byte)(payload.Length >> 8);
        header[2] = (byte)payload.Length;
        header[3] = (byte)type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        answer.AddRange(header);
        answer.AddRange(payload);
    }
}
