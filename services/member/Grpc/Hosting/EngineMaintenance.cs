using Etcd.Storage.RocksDb;

namespace Etcd.Member.Grpc;

/// <summary>Defragments by a checkpoint, which lets go of old log segments, and a rewrite of the engine's tables.</summary>
internal sealed class EngineMaintenance(IMemberAccess member) : IEngineMaintenance
{
    public async Task DefragmentAsync(CancellationToken cancellationToken)
    {
        await member.Node.CheckpointAsync(cancellationToken);
        if (member.Engine is RocksDbEngine engine)
        {
            // Minutes on a large store: a thread of its own, so that the pool's stay free.
            await Task.Factory.StartNew(
                engine.Compact, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }
}
