using Grpc.Core;
using Grpc.Net.Client;

namespace Etcd.Client.Endpoints;

/// <summary>One server and the channel to it. Thread-safe.</summary>
internal sealed class Endpoint : IDisposable
{
    /// <summary>How long a failed endpoint is passed over: about the time that a restarted process needs.</summary>
    private static readonly TimeSpan RestTime = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly TimeProvider _clock;
    private long _restUntil = long.MinValue;

    public Endpoint(Uri address, EtcdClientOptions options)
    {
        Address = address;
        _clock = options.TimeProvider;
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingTimeout = options.KeepAlivePingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        options.ConfigureHandler?.Invoke(handler);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            // Range and snapshot answers may be large; the server bounds what it accepts by itself.
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            // Tokens also travel where the cluster runs without TLS.
            UnsafeUseInsecureChannelCallCredentials = true,
        });
        Invoker = _channel.CreateCallInvoker();
    }

    /// <summary>The client URL.</summary>
    public Uri Address { get; }

    /// <summary>Makes calls to this server only, without retries.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>Whether the last call failed for want of the server, a moment ago.</summary>
    public bool IsResting => _clock.GetTimestamp() < Volatile.Read(ref _restUntil);

    public void ReportSuccess()
    {
        if (Volatile.Read(ref _restUntil) != long.MinValue)
        {
            Volatile.Write(ref _restUntil, long.MinValue);
        }
    }

    public void ReportFailure() => Volatile.Write(
        ref _restUntil,
        _clock.GetTimestamp() + (long)(RestTime.TotalSeconds * _clock.TimestampFrequency));

    public void Dispose() => _channel.Dispose();
}
