namespace Etcd.Member.Grpc;

/// <summary>What the Defragment RPC does to the engine.</summary>
internal interface IEngineMaintenance
{
    /// <summary>Gives unused disk space back. Reads and writes go on.</summary>
    Task DefragmentAsync(CancellationToken cancellationToken);
}
