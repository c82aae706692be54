using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;

namespace Etcd.Member.Json;

/// <summary>
/// A stream over a WebSocket, as etcd's gateway offers it to browsers: a message that comes in is a part of the body, a
/// line that goes out is a message. One reader, one writer.
/// </summary>
internal sealed class JsonWebSocket(WebSocket socket)
{
    private const string TokenScheme = "Bearer";

    private readonly Pipe _body = new();

    /// <summary>What the client sends, as a body; it ends when the client closes.</summary>
    public PipeReader Body => _body.Reader;

    /// <summary>Whether a request asks for one.</summary>
    public static bool IsRequest(HttpContext context) => context.WebSockets.IsWebSocketRequest;

    /// <summary>
    /// Accepts the request. A browser can set no <c>Authorization</c>, so the token comes as a second protocol.
    /// </summary>
    public static async Task<JsonWebSocket> AcceptAsync(HttpContext context, IHeaderDictionary metadata)
    {
        var protocols = context.WebSockets.WebSocketRequestedProtocols;
        var hasToken = protocols.Count == 2 && protocols[0] == TokenScheme;
        if (hasToken)
        {
            metadata.Authorization = $"{TokenScheme} {protocols[1]}";
        }

        var socket = await context.WebSockets
            .AcceptWebSocketAsync(hasToken ? TokenScheme : null)
            .ConfigureAwait(false);
        return new JsonWebSocket(socket);
    }

    /// <summary>Takes messages until the client closes or the call ends.</summary>
    public async Task ReceiveAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            var isOpen = true;
            while (isOpen)
            {
                var received = await socket
                    .ReceiveAsync(_body.Writer.GetMemory(), cancellationToken)
                    .ConfigureAwait(false);
                _body.Writer.Advance(received.Count);
                isOpen = received.MessageType != WebSocketMessageType.Close;
                if (received.EndOfMessage)
                {
                    _body.Writer.Write("\n"u8);
                }

                await _body.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await _body.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends a line without its end.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken) =>
        socket.SendAsync(line.TrimEnd((byte)'\n'), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    /// <summary>Says that nothing follows.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) => socket.State == WebSocketState.Open
        ? socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellationToken)
        : Task.CompletedTask;
}
