using System.Diagnostics;
using Grpc.Core;
using Cluster = Etcd.Conformance.Tests.Harness.Cluster;

namespace Etcd.Conformance.Tests.Tables;

/// <summary>Three members of the reference and three of ours.</summary>
public sealed class ClusterPair : IAsyncLifetime
{
    /// <summary>How long an election and what waits for it may take.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    internal Cluster Reference { get; private set; } = null!;

    internal Cluster Ours { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var reference = Cluster.StartReferenceAsync(3);
        var ours = Cluster.StartOursAsync(3);
        Reference = await reference;
        Ours = await ours;
    }

    public async Task DisposeAsync()
    {
        await Reference.DisposeAsync();
        await Ours.DisposeAsync();
    }

    /// <summary>Repeats a call that meets an election, as clients do.</summary>
    internal static async Task<T> CallAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (RpcException error) when (
                error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded && waited.Elapsed < Limit)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Runs the steps with each cluster, at the same time; each asserts for itself.</summary>
    internal async Task BothAsync(Func<Cluster, Task> steps)
    {
        await Task.WhenAll(RunAsync(Reference, "etcd"), RunAsync(Ours, "ours"));

        async Task RunAsync(Cluster cluster, string name)
        {
            try
            {
                await steps(cluster);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{name}: {error.Message}", error);
            }
        }
    }
}
