using System.Buffers;
using System.Collections.Frozen;
using System.Net.WebSockets;
using System.Text.Json;
using Etcd.Member.Grpc;
using Etcd.Member.Http;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Json;

/// <summary>
/// etcd's API in JSON over HTTP/1.1 (server.md §7.1): <c>POST /v3/…</c> becomes a gRPC call within this process.
/// Thread-safe.
/// </summary>
/// <remarks>
/// Differs from etcd: errors carry both generations' members (<c>error</c> beside <c>code</c> and <c>message</c>), as
/// clients look for one or the other. The spaces that some builds put after commas are left out.
/// </remarks>
internal sealed partial class JsonGateway
{
    /// <summary>Base64 takes 4/3 of the bytes, names and quotes some more.</summary>
    private const int TextBytesPerByte = 2;

    private const string ContentType = "application/json";

    // Made for the first request: the descriptors of the protocol files take longer than the rest of the start.
    private readonly Lazy<FrozenDictionary<string, JsonRoute>> _routes;
    private readonly IServiceProvider _services;
    private readonly RequestDelegate _pipeline;
    private readonly int _maxTextBytes;

    /// <summary>Creates a gateway.</summary>
    /// <param name="endpoints">What is mapped; gRPC methods among it are served.</param>
    /// <param name="services">Services of the server.</param>
    /// <param name="options">Limits of requests.</param>
    public JsonGateway(IEnumerable<Endpoint> endpoints, IServiceProvider services, GrpcEdgeOptions options)
    {
        _routes = new Lazy<FrozenDictionary<string, JsonRoute>>(() => JsonRouteTable.Of(endpoints));
        _services = services;
        // Every route's endpoint is one of the gRPC library's, which all have a delegate.
        _pipeline = new MessageSizeMiddleware(
            context => context.GetEndpoint()!.RequestDelegate!(context), options).InvokeAsync;
        _maxTextBytes = TextBytesPerByte * options.MaxReceiveBytes;
    }

    /// <summary>The paths that are served.</summary>
    public IEnumerable<string> Paths => _routes.Value.Keys;

    /// <summary>A gateway to all gRPC services that an application has mapped so far.</summary>
    public static JsonGateway Of(WebApplication app) => new(
        ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints),
        app.Services,
        app.Services.GetRequiredService<GrpcEdgeOptions>());

    /// <summary>Whether a path belongs to the gateway.</summary>
    public static bool Serves(PathString path) => path.StartsWithSegments("/v3", StringComparison.Ordinal);

    /// <summary>Answers a request of such a path.</summary>
    public Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path == "/v3")
        {
            context.Response.Redirect("/v3/", permanent: true);
            return GoHttp.WriteAsync(
                context, "text/html; charset=utf-8", "<a href=\"/v3/\">Moved Permanently</a>.\n\n");
        }

        if (!_routes.Value.TryGetValue(path, out var route))
        {
            return FailAsync(context, JsonFailure.UnknownPath);
        }

        var isSocket = route.Method.IsServerStreaming && JsonWebSocket.IsRequest(context);
        if (!isSocket && !HttpMethods.IsPost(context.Request.Method))
        {
            return FailAsync(context, JsonFailure.WrongMethod);
        }

        return ServeAsync(context, route, isSocket);
    }

    private async Task ServeAsync(HttpContext context, JsonRoute route, bool isSocket)
    {
        var (metadata, failure) = CallMetadata.Of(context.Request);
        try
        {
            await (failure is not null ? FailAsync(context, failure)
                : isSocket ? ServeSocketAsync(context, route, metadata)
                : route.Method.IsClientStreaming ? ExchangeAsync(context, route, metadata)
                : CallAsync(context, route, metadata)).ConfigureAwait(false);
        }
        catch (Exception e) when (
            e is OperationCanceledException or IOException or WebSocketException
            && context.RequestAborted.IsCancellationRequested)
        {
            // The client went away, as clients of watches do; nobody reads an answer.
            context.Abort();
        }
        catch (IOException) when (context.Response.HasStarted)
        {
            // The body broke HTTP's rules behind a first request; there is no status left to say so.
            context.Abort();
        }
        catch (IOException e)
        {
            await FailAsync(context, JsonFailure.Invalid(e.Message)).ConfigureAwait(false);
        }
    }

    /// <summary>A call of one request: the first value of the body; none counts as an empty object.</summary>
    private async Task CallAsync(HttpContext context, JsonRoute route, IHeaderDictionary metadata)
    {
        if (context.Request.ContentLength > _maxTextBytes)
        {
            var tooLarge = JsonValueReader.TooLarge(context.Request.ContentLength.Value, _maxTextBytes);
            await FailAsync(context, tooLarge).ConfigureAwait(false);
            return;
        }

        var body = new JsonValueReader(context.Request.BodyReader, _maxTextBytes);
        var (message, failure) = Parse(route, await body.ReadAsync(context.RequestAborted).ConfigureAwait(false));
        if (failure is not null)
        {
            await FailAsync(context, failure).ConfigureAwait(false);
            return;
        }

        var call = new InProcessCall(route, metadata, context, _pipeline, _services);
        await using (call.ConfigureAwait(false))
        {
            await call.SendAsync(message ?? route.NewRequest()).ConfigureAwait(false);
            await call.CloseRequestsAsync().ConfigureAwait(false);
            await (route.Method.IsServerStreaming ? StreamAsync(context, call) : AnswerAsync(context, call))
                .ConfigureAwait(false);
        }
    }

    /// <summary>The message of a value; null if there was no value, or no such message.</summary>
    private static (IMessage? Message, JsonFailure? Failure) Parse(JsonRoute route, JsonText text)
    {
        if (text.Value is null)
        {
            return (null, text.Error);
        }

        try
        {
            var message = route.NewRequest();
            ProtoJsonParser.Fill(text.Value, message);
            return (message, null);
        }
        catch (ProtoJsonException exception)
        {
            return (null, JsonFailure.Invalid(exception.Message));
        }
    }

    private static async Task AnswerAsync(HttpContext context, InProcessCall call)
    {
        var answer = await call.ReadAsync().ConfigureAwait(false);
        while (answer is not null && await call.ReadAsync().ConfigureAwait(false) is not null)
        {
            // A unary call has one answer; its status comes after it.
        }

        if (answer is null || call.Status.Code != StatusCode.OK)
        {
            await FailAsync(context, call.Status).ConfigureAwait(false);
            return;
        }

        var body = new ArrayBufferWriter<byte>();
        await using (var json = ProtoJsonWriter.Create(body))
        {
            ProtoJsonWriter.Write(json, answer);
        }

        Begin(context.Response);
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    private static void Begin(HttpResponse response)
    {
        response.ContentType = ContentType;
        response.Headers["Grpc-Metadata-Content-Type"] = "application/grpc";
    }

    private static async Task FailAsync(HttpContext context, JsonFailure failure)
    {
        var body = new ArrayBufferWriter<byte>();
        await using (var json = ProtoJsonWriter.Create(body))
        {
            json.WriteStartObject();
            json.WriteString("error", failure.Message);
            json.WriteNumber("code", (int)failure.Code);
            json.WriteString("message", failure.Message);
            json.WriteEndObject();
        }

        context.Response.StatusCode = failure.HttpStatus;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
