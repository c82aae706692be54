using System.Collections.Concurrent;
using Etcd.Member.Grpc;
using Etcd.Member.Metrics.Exposition;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Health.V1;

namespace Etcd.Member.Metrics;

/// <summary>
/// Series of the gRPC server under the names of go-grpc-prometheus, made in advance for every method and code
/// because dashboards divide by them (metrics.md §5). Thread-safe.
/// </summary>
internal sealed class GrpcMetrics : IGrpcMetrics
{
    /// <summary>Client versions told apart. Clients may send any text, and each makes a series: more than this is
    /// no deployment but garbage.</summary>
    private const int MaxClientVersions = 256;
    private const string OtherVersion = "other";

    private readonly ConcurrentDictionary<string, Counter> _unaryByVersion = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Counter> _streamsByVersion = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, GrpcMethodMetrics> _methods = new(StringComparer.Ordinal);
    private readonly CounterFamily _clientRequests;
    private readonly CounterFamily _streamFailures;

    /// <summary>Adds the families.</summary>
    /// <param name="registry">Where to.</param>
    /// <param name="isExtensive">Measure durations too (<c>--metrics=extensive</c>).</param>
    public GrpcMetrics(MetricRegistry registry, bool isExtensive)
    {
        string[] labels = ["grpc_type", "grpc_service", "grpc_method"];
        Started = registry.Counters(
            "grpc_server_started_total", "Total number of RPCs started on the server.", labels);
        Handled = registry.Counters(
            "grpc_server_handled_total",
            "Total number of RPCs completed on the server, regardless of success or failure.",
            [.. labels, "grpc_code"]);
        MessagesReceived = registry.Counters(
            "grpc_server_msg_received_total", "Total number of RPC stream messages received on the server.", labels);
        MessagesSent = registry.Counters(
            "grpc_server_msg_sent_total", "Total number of gRPC stream messages sent by the server.", labels);
        Durations = isExtensive
            ? registry.Histograms(
                "grpc_server_handling_seconds",
                "Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.",
                Buckets.Default,
                labels)
            : null;
        ReceivedBytes = registry.Counter(
            "etcd_network_client_grpc_received_bytes_total", "The total number of bytes received from grpc clients.");
        SentBytes = registry.Counter(
            "etcd_network_client_grpc_sent_bytes_total", "The total number of bytes sent to grpc clients.");
        _clientRequests = registry.Counters(
            "etcd_server_client_requests_total",
            "The total number of client requests per client version.",
            "type",
            "client_api_version");
        _streamFailures = registry.Counters(
            "etcd_network_server_stream_failures_total",
            "The total number of stream failures from the local server.",
            "Type",
            "API");
        CreateAll();
    }

    /// <summary>Calls begun.</summary>
    public CounterFamily Started { get; }

    /// <summary>Calls ended, by code.</summary>
    public CounterFamily Handled { get; }

    /// <summary>Messages in.</summary>
    public CounterFamily MessagesReceived { get; }

    /// <summary>Messages out.</summary>
    public CounterFamily MessagesSent { get; }

    /// <summary>Seconds of calls; null unless asked for.</summary>
    public HistogramFamily? Durations { get; }

    /// <summary>Bytes of messages in.</summary>
    public Counter ReceivedBytes { get; }

    /// <summary>Bytes of messages out.</summary>
    public Counter SentBytes { get; }

    /// <inheritdoc />
    public IGrpcMethodMetrics For(string fullName, MethodType type)
    {
        var parts = fullName.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 2 ? Create(parts[0], parts[1], type) : Create("unknown", "unknown", type);
    }

    /// <inheritdoc />
    public void ClientRequest(bool isStream, string clientApiVersion)
    {
        var known = isStream ? _streamsByVersion : _unaryByVersion;
        if (!known.TryGetValue(clientApiVersion, out var counter))
        {
            var version = known.Count < MaxClientVersions ? clientApiVersion : OtherVersion;
            counter = known.GetOrAdd(version, _clientRequests.Of(isStream ? "stream" : "unary", version));
        }

        counter.Increment();
    }

    /// <inheritdoc />
    public void StreamFailure(string direction, string api) => _streamFailures.Of(direction, api).Increment();

    private void CreateAll()
    {
        // The methods as gRPC knows them: the descriptors of the protocol files take longer than the rest of the start.
        MethodCollector methods = new(this);
        KV.BindService(methods, null);
        Watch.BindService(methods, null);
        Lease.BindService(methods, null);
        Cluster.BindService(methods, null);
        Maintenance.BindService(methods, null);
        Auth.BindService(methods, null);
        Health.BindService(methods, null);
    }

    private GrpcMethodMetrics Create(string service, string method, MethodType type) => _methods.GetOrAdd(
        $"{service}/{method}",
        static (_, call) => new GrpcMethodMetrics(
            call.Owner,
            TypeName(call.Type),
            call.Service,
            call.Method),
        (Owner: this, Type: type, Service: service, Method: method));

    private static string TypeName(MethodType type) => type switch
    {
        MethodType.DuplexStreaming => "bidi_stream",
        MethodType.ClientStreaming => "client_stream",
        MethodType.ServerStreaming => "server_stream",
        _ => "unary",
    };

    /// <summary>Makes the series of each method of a service.</summary>
    private sealed class MethodCollector(GrpcMetrics metrics) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Add(method);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            Add(method);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            Add(method);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            Add(method);

        private void Add(IMethod method)
        {
            // Methods that came after 3.5 appear with their first call.
            if (method.Name != "RangeStream")
            {
                metrics.Create(method.ServiceName, method.Name, method.Type);
            }
        }
    }
}
