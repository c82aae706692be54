using Etcd.Benchmarks.Servers;

namespace Etcd.Benchmarks.Limits;

/// <summary>A server within this process; what it uses cannot be told apart from the client's.</summary>
/// <param name="name">For messages.</param>
/// <param name="endpoint">Where it listens.</param>
internal sealed class InProcessServer(string name, Uri endpoint) : IServerUnderTest
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IReadOnlyList<Uri> Endpoints => [endpoint];

    /// <inheritdoc/>
    public ServerUsage Usage() => default;

    /// <inheritdoc/>
    public void ResetPeakMemory()
    {
    }

    /// <inheritdoc/>
    public TimeSpan Restart(bool empty) => throw new InvalidOperationException($"{name} cannot be restarted");
}
