namespace Etcd.Benchmarks.Servers;

/// <summary>What is measured: one member or a cluster.</summary>
internal interface IServerUnderTest
{
    /// <summary>For messages.</summary>
    string Name { get; }

    /// <summary>Where the load goes.</summary>
    IReadOnlyList<Uri> Endpoints { get; }

    /// <summary>What its members used so far; zeros when that cannot be known.</summary>
    ServerUsage Usage();

    /// <summary>Starts a new search for the highest memory use.</summary>
    void ResetPeakMemory();

    /// <summary>Stops it and starts it again.</summary>
    /// <param name="empty">Whether its data is removed in between.</param>
    /// <returns>From the start to the first answer of a linearizable read.</returns>
    /// <exception cref="InvalidOperationException">Somebody else started it.</exception>
    TimeSpan Restart(bool empty);
}
