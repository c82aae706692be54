namespace Etcd.Member.Grpc;

/// <summary>Gives out the store as etcd's database file, for the Snapshot RPC.</summary>
internal interface IDatabaseSnapshots
{
    /// <summary>
    /// Opens the file of the present state: length known, read from the start, without the SHA-256 at the end. The
    /// caller disposes it. Null when the host has none to give.
    /// </summary>
    ValueTask<Stream?> OpenAsync(CancellationToken cancellationToken);
}
