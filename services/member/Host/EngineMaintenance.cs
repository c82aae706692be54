using Etcd.Member.Grpc;
using Etcd.Member.Metrics;
using Etcd.Storage.RocksDb;

namespace Etcd.Member.Host;

/// <summary>Defragments: a checkpoint releases the log, then the engine rewrites its files. Thread-safe.</summary>
internal sealed class EngineMaintenance(RunningMember member, DiskMetrics metrics, TimeProvider time)
    : IEngineMaintenance
{
    /// <inheritdoc />
    public async Task DefragmentAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        metrics.DefragmentInflight.Increment();
        try
        {
            await member.Node.CheckpointAsync(cancellationToken).ConfigureAwait(false);
            if (member.Engine is RocksDbEngine engine)
            {
                await Task.Run(engine.Compact, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            metrics.DefragmentInflight.Decrement();
            metrics.BackendDefragment.Observe(time.GetElapsedTime(start).TotalSeconds);
        }
    }
}
