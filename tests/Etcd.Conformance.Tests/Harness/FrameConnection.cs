using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Etcd.Conformance.Tests.Malformed;

namespace Etcd.Conformance.Tests.Harness;

/// <summary>A connection of HTTP/2 whose every frame the test sends itself; windows are never used up.</summary>
internal sealed class FrameConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly NetworkStream _stream;
    private int _newestStream = -1;

    private FrameConnection(NetworkStream stream) => _stream = stream;

    public static async Task<FrameConnection> OpenAsync(string url)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, new Uri(url).Port));
        var connection = new FrameConnection(new NetworkStream(socket, ownsSocket: true));
        await connection._stream.WriteAsync(Http2.Preface);
        return connection;
    }

    /// <summary>Opens a stream of a call that stays open.</summary>
    public ValueTask OpenCallAsync(string path) => _stream.WriteAsync(Headers(path));

    /// <summary>Makes a whole call and waits for the end of its answer.</summary>
    public async Task CallAsync(string path, byte[] message)
    {
        byte[] headers = Headers(path);
        await _stream.WriteAsync(
            (byte[])[.. headers, .. Http2.Frame(Http2.Data, Http2.EndStream, _newestStream, Http2.Message(message))]);
        (byte Type, byte Flags, int Stream, byte[] Payload)? frame;
        do
        {
            frame = await ReadAsync() ?? throw new InvalidOperationException("the connection ended within a call");
        }
        while (frame.Value.Stream != _newestStream || (frame.Value.Flags & Http2.EndStream) == 0);
    }

    /// <summary>Pings: "pong", and where the server says goodbye at once, that.</summary>
    public async Task<string> PingAsync()
    {
        await _stream.WriteAsync(Http2.Frame(Http2.Ping, 0, 0, new byte[8]));
        while (await ReadAsync() is { } frame)
        {
            switch (frame.Type)
            {
                case Http2.Ping when (frame.Flags & 1) != 0:
                    return "pong";
                case Http2.Ping:
                    await _stream.WriteAsync(Http2.Frame(Http2.Ping, 1, 0, frame.Payload));
                    break;
                default:
                    break;
            }
        }

        return "end";
    }

    /// <summary>What comes before the connection's end: the frames but those that keep it going.</summary>
    public async Task<string> RestAsync()
    {
        var told = new List<string>();
        while (await ReadAsync() is { } frame)
        {
            if (frame.Type == Http2.GoAway)
            {
                int code = BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4));
                told.Add($"goaway {code} {Encoding.ASCII.GetString(frame.Payload.AsSpan(8))}");
            }
        }

        return string.Join(", ", [.. told, "end"]);
    }

    public void Dispose() => _stream.Dispose();

    private byte[] Headers(string path)
    {
        _newestStream += 2;
        return Http2.Frame(Http2.HeadersType, Http2.EndHeaders, _newestStream, Http2.Block(Http2.CallHeaders(path)));
    }

    /// <summary>The next frame; null at the end.</summary>
    private async Task<(byte Type, byte Flags, int Stream, byte[] Payload)?> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            byte[] header = new byte[Http2.FrameHeaderBytes];
            await _stream.ReadExactlyAsync(header, limit.Token);
            byte[] payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(header) >> 8];
            await _stream.ReadExactlyAsync(payload, limit.Token);
            return (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)) & int.MaxValue, payload);
        }
        catch (Exception error) when (error is EndOfStreamException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"phase: connection; expected: a frame or the end within {Patience}; actual: nothing");
        }
    }
}
