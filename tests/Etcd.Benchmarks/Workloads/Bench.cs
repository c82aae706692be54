using Etcd.Benchmarks.Http2;
using Etcd.Benchmarks.Load;
using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Workloads;

/// <summary>A server under measurement and how it is to be measured.</summary>
internal sealed record Bench
{
    /// <summary>Calls before the window opens: connections are made and queues have filled.</summary>
    private static readonly TimeSpan LeadIn = TimeSpan.FromMilliseconds(300);

    // Thousands of connections take longer: until there is an answer for each client, but no longer than so many of these.
    private static readonly TimeSpan LeadInOfClient = TimeSpan.FromMilliseconds(2);

    private const int EnoughOperations = 20;
    private const int MostExtensions = 5;
    private const int LooksPerDuration = 500;

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
    /// <exception cref="LoadException">Nothing was completed within six times the duration.</exception>
    public Sample Measure(LoadSession session)
    {
        session.Wait(LeadIn);
        for (int i = 0; i < Clients && session.Operations < Clients; i++)
        {
            session.Wait(LeadInOfClient);
        }

        return Measure(session, () => session.Wait(Duration));
    }

    /// <summary>Measures callers that run while something else happens, then ends them.</summary>
    /// <exception cref="LoadException">
    /// Nothing was completed within six times the duration. At a rate that is no error but a sample without operations:
    /// then no call was due, since those that were due are waited for.
    /// </exception>
    public Sample Measure(LoadSession session, Action meanwhile)
    {
        Server.ResetPeakMemory();
        ServerUsage before = Server.Usage();
        LoadWindow window = session.Measure(() =>
        {
            meanwhile();
            AwaitEnough(session);
        });
        ServerUsage used = Server.Usage().Since(before);
        if (window.Counts.Operations == 0 && !session.IsPaced)
        {
            throw new LoadException(FormattableString.Invariant(
                $"{Server.Name} completed nothing in a window of {window.Elapsed.TotalSeconds:F1} s"));
        }

        session.Stop();
        return Sample.From(window, used);
    }

    /// <summary>Calls that take long need a longer window, lest one more or less decide.</summary>
    private void AwaitEnough(LoadSession session)
    {
        for (int i = 0; i < MostExtensions * LooksPerDuration && !session.IsPaced && session.Operations < EnoughOperations; i++)
        {
            session.Wait(Duration / LooksPerDuration);
        }
    }
}
