namespace Etcd.Member.Grpc;

/// <summary>Defragments by a checkpoint: flushed files replace the log's old segments.</summary>
internal sealed class FlushOnlyMaintenance(IMemberAccess member) : IEngineMaintenance
{
    public Task DefragmentAsync(CancellationToken cancellationToken) =>
        member.Node.CheckpointAsync(cancellationToken);
}
