using Etcd.Member.Grpc;
using Etcd.Member.Metrics.Exposition;
using Grpc.Core;

namespace Etcd.Member.Metrics;

/// <summary>The series of one RPC method. Thread-safe.</summary>
internal sealed class GrpcMethodMetrics : IGrpcMethodMetrics
{
    // Indexed by code. Go spells one differently.
    private static readonly string[] CodeNames = Array.ConvertAll(
        Enum.GetNames<StatusCode>(), static name => name == nameof(StatusCode.Cancelled) ? "Canceled" : name);

    private readonly GrpcMetrics _all;
    private readonly Counter _started;
    private readonly Counter _received;
    private readonly Counter _sent;
    private readonly Counter[] _handled;
    private readonly Histogram? _durations;

    /// <summary>Makes all series of a method, with zeros.</summary>
    /// <param name="all">The families.</param>
    /// <param name="type">Kind of call.</param>
    /// <param name="service">Full name of the service.</param>
    /// <param name="method">Name of the method.</param>
    public GrpcMethodMetrics(GrpcMetrics all, string type, string service, string method)
    {
        _all = all;
        _started = all.Started.Of(type, service, method);
        _received = all.MessagesReceived.Of(type, service, method);
        _sent = all.MessagesSent.Of(type, service, method);
        _durations = all.Durations?.Of(type, service, method);
        _handled = Array.ConvertAll(CodeNames, code => all.Handled.Of(type, service, method, code));
    }

    /// <inheritdoc />
    public void Started() => _started.Increment();

    /// <inheritdoc />
    public void Received(int sizeBytes)
    {
        _received.Increment();
        _all.ReceivedBytes.Add(sizeBytes);
    }

    /// <inheritdoc />
    public void Sent(int sizeBytes)
    {
        _sent.Increment();
        _all.SentBytes.Add(sizeBytes);
    }

    /// <inheritdoc />
    public void Handled(StatusCode status, TimeSpan elapsed)
    {
        var index = (int)status;
        _handled[index >= 0 && index < _handled.Length ? index : (int)StatusCode.Unknown].Increment();
        _durations?.Observe(elapsed.TotalSeconds);
    }
}
