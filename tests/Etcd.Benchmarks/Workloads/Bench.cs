using Etcd.Benchmarks.Load;
using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Workloads;

/// <summary>A server under measurement and how it is to be measured.</summary>
internal sealed record Bench
{
    /// <summary>Calls before the window opens: connections are made and queues have filled.</summary>
    private static readonly TimeSpan LeadIn = TimeSpan.FromMilliseconds(300);

    public required IServerUnderTest Server { get; init; }

    /// <summary>Calls in flight.</summary>
    public required int Clients { get; init; }

    /// <summary>Connections that they share.</summary>
    public required int Connections { get; init; }

    /// <summary>Threads of the load client.</summary>
    public required int Loops { get; init; }

    public required TimeSpan Duration { get; init; }

    public required int ValueBytes { get; init; }

    /// <summary>Calls per second for workloads that keep a rate.</summary>
    public double Rate { get; init; }

    public required CancellationToken Cancellation { get; init; }

    /// <summary>A session as configured; no more connections than clients.</summary>
    public LoadSession Open() => Open(Math.Min(Connections, Clients));

    /// <summary>A session with a number of connections.</summary>
    public LoadSession Open(int connections) => new(Server.Endpoints, connections, Loops, Cancellation);

    /// <summary>Measures callers that run, then ends them.</summary>
    public Sample Measure(LoadSession session)
    {
        session.Wait(LeadIn);
        return Measure(session, () => session.Wait(Duration));
    }

    /// <summary>Measures callers that run while something else happens, then ends them.</summary>
    public Sample Measure(LoadSession session, Action meanwhile)
    {
        Server.ResetPeakMemory();
        ServerUsage before = Server.Usage();
        LoadWindow window = session.Measure(meanwhile);
        ServerUsage used = Server.Usage().Since(before);
        session.Stop();
        return Sample.From(window, used);
    }
}
