using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using Etcd.Protocol.Errors;
using Etcd.Protocol.Wire;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace Etcd.Member.Json;

/// <summary>
/// One gRPC call to a service of this process: the endpoint that the gRPC library has mapped runs on a request of its
/// own whose body and response are pipes. So a call takes the way of every call (size check, checks, metrics,
/// status texts), and needs no socket, no HTTP/2, no client library. A slow reader of the answers stops the service by
/// the pipe's limit, as flow control does. One caller reads, one sends.
/// </summary>
/// <remarks>
/// <code>
/// SendAsync ──▶ request pipe ──▶ MessageSizeMiddleware ──▶ gRPC endpoint ──▶ response pipe ──▶ ReadAsync
///               1 byte flags | 4 bytes length, big endian | message
/// </code>
/// </remarks>
internal sealed class InProcessCall : IAsyncDisposable
{
    private const int PrefixBytes = 5;

    private readonly Pipe _requests = new();
    private readonly Pipe _responses = new();
    private readonly InProcessLifetime _lifetime;
    private readonly InProcessResponse _response;
    private readonly MessageParser _parser;
    private readonly Task _handling;
    private JsonFailure? _refusal;

    /// <summary>Starts a call.</summary>
    /// <param name="route">The method.</param>
    /// <param name="metadata">Its metadata in HTTP's form.</param>
    /// <param name="outer">The HTTP request that it serves.</param>
    /// <param name="pipeline">Leads to the endpoint that is set on the context.</param>
    /// <param name="services">Services of the server.</param>
    public InProcessCall(
        JsonRoute route,
        IHeaderDictionary metadata,
        HttpContext outer,
        RequestDelegate pipeline,
        IServiceProvider services)
    {
        _parser = route.Method.OutputType.Parser;
        _lifetime = new InProcessLifetime(outer.RequestAborted);
        _response = new InProcessResponse(_responses.Writer);
        metadata.ContentType = "application/grpc";
        metadata.TE = "trailers";
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = HttpProtocol.Http2,
            Method = HttpMethods.Post,
            Scheme = outer.Request.Scheme,
            Path = $"/{route.Method.Service.FullName}/{route.Method.Name}",
            Headers = metadata,
        });
        features.Set<IRequestBodyPipeFeature>(new InProcessRequestBody(_requests.Reader));
        features.Set<IHttpResponseFeature>(_response);
        features.Set<IHttpResponseBodyFeature>(_response);
        features.Set<IHttpResponseTrailersFeature>(_response);
        features.Set<IHttpRequestLifetimeFeature>(_lifetime);
        features.Set(outer.Features.Get<IHttpConnectionFeature>());
        var context = new DefaultHttpContext(features) { RequestServices = services };
        context.SetEndpoint(route.Endpoint);
        _handling = HandleAsync(pipeline, context);
    }

    /// <summary>Cancelled when the call ends from outside.</summary>
    public CancellationToken Aborted => _lifetime.RequestAborted;

    /// <summary>How the call ended; known once <see cref="ReadAsync"/> gave null.</summary>
    public JsonFailure Status
    {
        get
        {
            if (_refusal is { } refusal)
            {
                return refusal;
            }

            if (!int.TryParse(Trailer("grpc-status"), CultureInfo.InvariantCulture, out var code))
            {
                return new JsonFailure(StatusCode.Internal, "the call ended without a status");
            }

            // In etcd the client within the gateway notices the deadline, and this is its text.
            var text = code == (int)StatusCode.DeadlineExceeded
                ? EtcdErrors.ContextDeadlineExceeded.Message
                : Uri.UnescapeDataString(Trailer("grpc-message"));
            return new JsonFailure((StatusCode)code, text);
        }
    }

    /// <summary>Sends a request; false when the call takes no more.</summary>
    public async ValueTask<bool> SendAsync(IMessage request)
    {
        var size = request.CalculateSize();
        var buffer = _requests.Writer.GetMemory(PrefixBytes + size);
        buffer.Span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(buffer.Span[1..], size);
        request.WriteTo(buffer.Span.Slice(PrefixBytes, size));
        _requests.Writer.Advance(PrefixBytes + size);
        var flush = await _requests.Writer.FlushAsync(_lifetime.RequestAborted).ConfigureAwait(false);
        return !flush.IsCompleted;
    }

    /// <summary>No more requests follow.</summary>
    public ValueTask CloseRequestsAsync() => _requests.Writer.CompleteAsync();

    /// <summary>The next answer; null at the end of the call.</summary>
    public async ValueTask<IMessage?> ReadAsync()
    {
        var needed = PrefixBytes;
        while (true)
        {
            var read = await _responses.Reader.ReadAtLeastAsync(needed).ConfigureAwait(false);
            var buffer = read.Buffer;
            if (buffer.Length < needed)
            {
                // A message that was cut off is none.
                _responses.Reader.AdvanceTo(buffer.End);
                return null;
            }

            var size = LengthOf(buffer);
            if (buffer.Length < PrefixBytes + size)
            {
                _responses.Reader.AdvanceTo(buffer.Start);
                needed = PrefixBytes + size;
                continue;
            }

            var message = buffer.Slice(PrefixBytes, size);
            var answer = NestedMessages.Parse(_parser, message);
            _responses.Reader.AdvanceTo(message.End);
            return answer;
        }
    }

    /// <summary>Ends the call from this side, for a request that cannot be sent.</summary>
    public void Refuse(JsonFailure reason)
    {
        _refusal = reason;
        _lifetime.Abort();
    }

    /// <summary>Ends the call from this side.</summary>
    public void Abort() => _lifetime.Abort();

    /// <summary>Ends the call and waits for the service to leave it.</summary>
    public async ValueTask DisposeAsync()
    {
        _lifetime.Abort();
        await _requests.Writer.CompleteAsync().ConfigureAwait(false);
        await _responses.Reader.CompleteAsync().ConfigureAwait(false);
        await _handling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lifetime.Dispose();
    }

    private static int LengthOf(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        return BinaryPrimitives.ReadInt32BigEndian(prefix[1..]);
    }

    private async Task HandleAsync(RequestDelegate pipeline, HttpContext context)
    {
        // The caller sends the first request only after the constructor.
        await Task.Yield();
        try
        {
            await pipeline(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _response.Trailers["grpc-status"] = ((int)StatusCode.Internal).ToString(CultureInfo.InvariantCulture);
            _response.Trailers["grpc-message"] = Uri.EscapeDataString(exception.Message);
        }
        finally
        {
            await _requests.Reader.CompleteAsync().ConfigureAwait(false);
            await _responses.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private string Trailer(string name) =>
        _response.Trailers.TryGetValue(name, out var value) || _response.Headers.TryGetValue(name, out value)
            ? value.ToString()
            : "";
}
