using Etcd.Client.Endpoints;
using Grpc.Core;

namespace Etcd.Client.Calls;

/// <summary>Makes calls over a pool of endpoints; unary ones are repeated as <see cref="RetryRules"/> allow.</summary>
/// <remarks>Streams start on one endpoint and stay there: what opened them resumes them. Thread-safe.</remarks>
internal sealed class FailoverInvoker(EndpointPool pool, TokenSource? tokens, EtcdClientOptions options) : CallInvoker
{
    /// <summary>Metadata key of etcd's auth token.</summary>
    internal const string TokenHeader = "token";

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions, TRequest request)
    {
        FailoverCall<TRequest, TResponse> call = new(pool, tokens, options, method, host, callOptions, request);
        return call.Start();
    }

    /// <summary>One attempt at one endpoint: a blocked thread is no place to wait between attempts.</summary>
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions, TRequest request) =>
        pool.Next().Invoker.BlockingUnaryCall(method, host, callOptions, request);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions, TRequest request) =>
        pool.Next().Invoker.AsyncServerStreamingCall(method, host, WithKnownToken(callOptions), request);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions) =>
        pool.Next().Invoker.AsyncClientStreamingCall(method, host, WithKnownToken(callOptions));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions callOptions) =>
        pool.Next().Invoker.AsyncDuplexStreamingCall(method, host, WithKnownToken(callOptions));

    /// <summary>The call's metadata and a token; the caller's metadata stays as it is.</summary>
    internal static CallOptions WithToken(CallOptions callOptions, string token)
    {
        if (token.Length == 0)
        {
            return callOptions;
        }

        Metadata headers = [];
        foreach (Metadata.Entry entry in callOptions.Headers ?? [])
        {
            headers.Add(entry);
        }

        headers.Add(TokenHeader, token);
        return callOptions.WithHeaders(headers);
    }

    /// <summary>A stream starts at once, so it takes its token by gRPC's own hook, which may wait.</summary>
    private CallOptions WithKnownToken(CallOptions callOptions) => tokens is null
        ? callOptions
        : callOptions.WithCredentials(CallCredentials.FromInterceptor(async (_, metadata) =>
        {
            string token = await tokens.GetAsync();
            if (token.Length > 0)
            {
                metadata.Add(TokenHeader, token);
            }
        }));
}
