using System.Collections.Concurrent;
using System.Diagnostics;
using Etcd.Protocol.Errors;
using Google.Protobuf;
using Grpc.Core;

namespace Etcd.Member.Grpc;

/// <summary>
/// Around every call: the checks of <see cref="RequestGate"/>, metrics, and exceptions turned into etcd's statuses.
/// Thread-safe.
/// </summary>
internal sealed partial class CallHandler(
    RequestGate gate,
    LeaderLossMonitor streams,
    IGrpcMetrics metrics,
    GrpcEdgeOptions options,
    TimeProvider clock,
    ILogger<CallHandler> logger)
{
    private readonly ConcurrentDictionary<string, IGrpcMethodMetrics> _methods = new(StringComparer.Ordinal);

    /// <summary>Runs a unary call.</summary>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        IGrpcMethodMetrics method = MetricsOf(context.Method, MethodType.Unary);
        long start = Stopwatch.GetTimestamp();
        StatusCode status = StatusCode.OK;
        // What the gate refuses is nothing but a method in the log.
        object? handled = null;
        TResponse? response = null;
        Begin(context, method, isStream: false);
        method.Received(SizeOf(request));
        try
        {
            gate.CheckUnary(request, context).ThrowIfAny();
            handled = request;
            response = await handler(request, context);
            method.Sent(SizeOf(response));
            await AnswerInKindAsync(context);
            return response;
        }
        catch (Exception exception)
        {
            RpcException failure = Translate(exception, context, cause: null);
            status = failure.StatusCode;
            throw failure;
        }
        finally
        {
            TimeSpan elapsed = End(method, status, start);
            LogLevel level = logger.IsEnabled(LogLevel.Debug) ? LogLevel.Debug : LogLevel.Warning;
            if (level == LogLevel.Debug || elapsed > options.SlowRequest)
            {
                LogStats(level, context, elapsed, RequestStats.Of(handled, response));
            }
        }
    }

    /// <summary>Runs a call that is answered with a stream.</summary>
    public Task ServerStreamAsync<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        IGrpcMethodMetrics method = MetricsOf(context.Method, MethodType.ServerStreaming);
        method.Received(SizeOf(request));
        ResponseWriter<TResponse> writer = new(responseStream, context, IsCompressed(context), method);
        return StreamAsync(context, method, () => handler(request, writer, context), static () => false);
    }

    /// <summary>Runs a call with streams both ways.</summary>
    public Task DuplexAsync<TRequest, TResponse>(
        Marshaller<TRequest> marshaller,
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class
    {
        IGrpcMethodMetrics method = MetricsOf(context.Method, MethodType.DuplexStreaming);
        RequestReader<TRequest> reader = new(
            requestStream,
            context.GetHttpContext().Request.BodyReader,
            marshaller.ContextualDeserializer,
            options.MaxReceiveBytes,
            method);
        ResponseWriter<TResponse> writer = new(responseStream, context, IsCompressed(context), method);
        return StreamAsync(context, method, () => handler(reader, writer, context), () => reader.HasLeft);
    }

    private async Task StreamAsync(
        ServerCallContext context, IGrpcMethodMetrics method, Func<Task> handler, Func<bool> hasLeft)
    {
        long start = Stopwatch.GetTimestamp();
        StatusCode status = StatusCode.OK;
        Begin(context, method, isStream: true);
        StreamScope scope = streams.Open(RequestGate.RequiresLeader(context), context.CancellationToken);
        try
        {
            gate.CheckStream(context).ThrowIfAny();
            context.SetStreamScope(scope);
            await AnswerInKindAsync(context);
            await handler();
            scope.Cause.ThrowIfAny();
            if (hasLeft())
            {
                context.Status = EtcdErrors.ContextCanceled.ToRpcException().Status;
                status = context.Status.StatusCode;
            }
        }
        catch (Exception exception)
        {
            RpcException failure = Translate(exception, context, scope.Cause);
            status = failure.StatusCode;
            throw failure;
        }
        finally
        {
            streams.Close(scope);
            End(method, status, start);
        }
    }

    /// <summary>A client that compresses gets compressed answers, as from Go's gRPC.</summary>
    private static Task AnswerInKindAsync(ServerCallContext context) => IsCompressed(context)
        ? context.WriteResponseHeadersAsync(new Metadata { { "grpc-internal-encoding-request", "gzip" } })
        : Task.CompletedTask;

    private static bool IsCompressed(ServerCallContext context) =>
        context.GetHttpContext().Request.Headers.TryGetValue("grpc-encoding", out var values)
        && string.Equals(values.ToString(), "gzip", StringComparison.Ordinal);

    private static int SizeOf(object message) => message is IMessage proto ? proto.CalculateSize() : 0;

    private IGrpcMethodMetrics MetricsOf(string fullName, MethodType type) =>
        _methods.TryGetValue(fullName, out IGrpcMethodMetrics? method)
            ? method
            : _methods.GetOrAdd(fullName, metrics.For(fullName, type));

    private void Begin(ServerCallContext context, IGrpcMethodMetrics method, bool isStream)
    {
        method.Started();
        IHeaderDictionary headers = context.GetHttpContext().Request.Headers;
        string version = headers.TryGetValue(RequestGate.ClientVersionHeader, out var values)
            ? values.ToString()
            : "unknown";
        metrics.ClientRequest(isStream, version);
    }

    private static TimeSpan End(IGrpcMethodMetrics method, StatusCode status, long start)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        method.Handled(status, elapsed);
        return elapsed;
    }

    private void LogStats(LogLevel level, ServerCallContext context, TimeSpan elapsed, in RequestStats stats) =>
        LogStats(
            logger,
            level,
            clock.GetUtcNow() - elapsed,
            elapsed,
            RequestStats.Remote(context.GetHttpContext().Connection),
            context.Method,
            stats.RequestCount,
            stats.RequestBytes,
            stats.ResponseCount,
            stats.ResponseBytes,
            stats.Content);

    /// <summary>The status of whatever a handler threw.</summary>
    private RpcException Translate(Exception exception, ServerCallContext context, EtcdError? cause)
    {
        if (cause is not null)
        {
            return cause.ToRpcException();
        }

        switch (exception)
        {
            case RpcException known:
                return known;
            case OperationCanceledException when context.Deadline <= DateTime.UtcNow:
                return EtcdErrors.ContextDeadlineExceeded.ToRpcException();
            case OperationCanceledException:
                return EtcdErrors.ContextCanceled.ToRpcException();
            // The library throws these when it writes to a stream that the client has reset.
            case IOException or InvalidOperationException when context.CancellationToken.IsCancellationRequested:
                return EtcdErrors.ContextCanceled.ToRpcException();
            default:
                LogHandlerFailed(logger, exception, context.Method);
                return new RpcException(new Status(StatusCode.Internal, exception.Message));
        }
    }
}
