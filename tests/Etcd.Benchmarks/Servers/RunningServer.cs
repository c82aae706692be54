namespace Etcd.Benchmarks.Servers;

/// <summary>A server that somebody else started and stops.</summary>
/// <param name="endpoints">Where it listens.</param>
/// <param name="processIds">Its processes, if their use of resources is to be reported.</param>
internal sealed class RunningServer(IReadOnlyList<Uri> endpoints, IReadOnlyList<int> processIds) : IServerUnderTest
{
    /// <inheritdoc/>
    public string Name => string.Join(',', endpoints.Select(static endpoint => endpoint.Authority));

    /// <inheritdoc/>
    public IReadOnlyList<Uri> Endpoints => endpoints;

    /// <inheritdoc/>
    public ServerUsage Usage() => processIds.Select(ProcessFiles.Usage).Aggregate(default(ServerUsage), ServerUsage.Add);

    /// <inheritdoc/>
    public TimeSpan Restart(bool empty) =>
        throw new InvalidOperationException("this workload restarts the server: use compare");

    /// <inheritdoc/>
    public void ResetPeakMemory()
    {
        foreach (int processId in processIds)
        {
            ProcessFiles.ResetPeakMemory(processId);
        }
    }
}
