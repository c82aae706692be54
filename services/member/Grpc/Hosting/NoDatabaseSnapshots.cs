namespace Etcd.Member.Grpc;

/// <summary>For a host that cannot write etcd's database file.</summary>
internal sealed class NoDatabaseSnapshots : IDatabaseSnapshots
{
    public ValueTask<Stream?> OpenAsync(CancellationToken cancellationToken) => new((Stream?)null);
}
