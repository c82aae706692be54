using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Json;

/// <content>Calls with many answers: one line each, flushed at once.</content>
internal sealed partial class JsonGateway
{
    /// <summary>
    /// A call of many requests: each value of the body is sent when it is complete. The end of the body, or what is no
    /// such message, ends the requests and not the call: a watch goes on, a keepalive ends by itself. What is too large
    /// ends the call.
    /// </summary>
    private async Task ExchangeAsync(HttpContext context, JsonRoute route, IHeaderDictionary metadata)
    {
        var call = new InProcessCall(route, metadata, context, _pipeline, _services);
        await using (call.ConfigureAwait(false))
        {
            var sending = SendAllAsync(context.Request.BodyReader, route, call);
            try
            {
                await StreamAsync(context, call).ConfigureAwait(false);
            }
            finally
            {
                // The service has ended the call, or the client is gone: what is still read of the body is for nobody.
                call.Abort();
                await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The same over a WebSocket; a call of one request takes the first.</summary>
    private async Task ServeSocketAsync(HttpContext context, JsonRoute route, IHeaderDictionary metadata)
    {
        var socket = await JsonWebSocket.AcceptAsync(context, metadata).ConfigureAwait(false);
        var call = new InProcessCall(route, metadata, context, _pipeline, _services);
        await using (call.ConfigureAwait(false))
        {
            var receiving = ReceiveAsync(socket, call);
            var sending = SendAllAsync(socket.Body, route, call);
            try
            {
                var line = new ArrayBufferWriter<byte>();
                while (await call.ReadAsync().ConfigureAwait(false) is { } answer)
                {
                    WriteAnswer(line, answer);
                    await socket.SendAsync(line.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
                    line.ResetWrittenCount();
                }

                if (call.Status.Code != StatusCode.OK && !call.Aborted.IsCancellationRequested)
                {
                    WriteError(line, call.Status);
                    await socket.SendAsync(line.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
                }

                await socket.CloseAsync(context.RequestAborted).ConfigureAwait(false);
            }
            finally
            {
                call.Abort();
                await Task.WhenAll(receiving, sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>A client that closes its socket wants no more answers.</summary>
    private static async Task ReceiveAsync(JsonWebSocket socket, InProcessCall call)
    {
        try
        {
            await socket.ReceiveAllAsync(call.Aborted).ConfigureAwait(false);
        }
        finally
        {
            call.Abort();
        }
    }

    private async Task SendAllAsync(PipeReader source, JsonRoute route, InProcessCall call)
    {
        var body = new JsonValueReader(source, _maxTextBytes);
        try
        {
            var isOpen = true;
            while (isOpen)
            {
                var text = await body.ReadAsync(call.Aborted).ConfigureAwait(false);
                var (message, failure) = Parse(route, text);
                if (failure is { Code: StatusCode.ResourceExhausted })
                {
                    call.Refuse(failure);
                }

                isOpen = message is not null
                    && await call.SendAsync(message).ConfigureAwait(false)
                    && route.Method.IsClientStreaming;
            }
        }
        finally
        {
            await call.CloseRequestsAsync().ConfigureAwait(false);
        }

        await DrainAsync(source, call.Aborted).ConfigureAwait(false);
    }

    /// <summary>What else is sent is for nobody, but a body that nobody reads hides that the client has gone.</summary>
    private static async Task DrainAsync(PipeReader source, CancellationToken cancellationToken)
    {
        ReadResult read;
        do
        {
            read = await source.ReadAsync(cancellationToken).ConfigureAwait(false);
            source.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);
    }

    /// <summary>Writes all answers; an error is a line too, and the HTTP status if it is the first one.</summary>
    private static async Task StreamAsync(HttpContext context, InProcessCall call)
    {
        var line = new ArrayBufferWriter<byte>();
        while (await call.ReadAsync().ConfigureAwait(false) is { } answer)
        {
            if (!context.Response.HasStarted)
            {
                Begin(context.Response);
            }

            WriteAnswer(line, answer);
            await FlushAsync(context, line).ConfigureAwait(false);
        }

        var status = call.Status;
        if (status.Code == StatusCode.OK)
        {
            // Chunked even if there was no answer.
            await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
            return;
        }

        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = status.HttpStatus;
            context.Response.ContentType = ContentType;
        }

        WriteError(line, status);
        await FlushAsync(context, line).ConfigureAwait(false);
    }

    private static async Task FlushAsync(HttpContext context, ArrayBufferWriter<byte> line)
    {
        await context.Response.Body.WriteAsync(line.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        line.ResetWrittenCount();
    }

    private static void WriteAnswer(ArrayBufferWriter<byte> line, IMessage answer)
    {
        using (var json = ProtoJsonWriter.Create(line))
        {
            json.WriteStartObject();
            json.WritePropertyName("result");
            ProtoJsonWriter.Write(json, answer);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
    }

    private static void WriteError(ArrayBufferWriter<byte> line, JsonFailure status)
    {
        using (var json = ProtoJsonWriter.Create(line))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteNumber("grpc_code", (int)status.Code);
            json.WriteNumber("http_code", status.HttpStatus);
            json.WriteString("message", status.Message);
            json.WriteString("http_status", status.HttpStatusText);
            json.WriteNumber("code", (int)status.Code);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        line.Write("\n"u8);
    }
}
