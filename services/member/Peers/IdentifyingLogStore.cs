using Etcd.Ports.Log;
using Etcdserverpb;

namespace Etcd.Member.Peers;

/// <summary>
/// Passes a log through and tells who the member is as soon as the log says so: its metadata, not the flags, decide
/// on a restart. Used by one thread at a time, like the log.
/// </summary>
internal sealed class IdentifyingLogStore : IRaftLogStore
{
    private readonly IRaftLogStore _inner;
    private readonly Action<ulong, ulong> _identified;

    /// <summary>Wraps a log.</summary>
    /// <param name="inner">The log.</param>
    /// <param name="identified">Called with member id and cluster id.</param>
    public IdentifyingLogStore(IRaftLogStore inner, Action<ulong, ulong> identified)
    {
        _inner = inner;
        _identified = identified;
    }

    /// <inheritdoc />
    public bool Exists => _inner.Exists;

    /// <inheritdoc />
    public IRaftLog Create(ReadOnlyMemory<byte> metadata)
    {
        var log = _inner.Create(metadata);
        Identify(metadata);
        return log;
    }

    /// <inheritdoc />
    public IRaftLog Open(ulong appliedIndex, out RecoveredLog recovered)
    {
        var log = _inner.Open(appliedIndex, out recovered);
        Identify(recovered.Metadata);
        return log;
    }

    private void Identify(ReadOnlyMemory<byte> metadata)
    {
        var decoded = Metadata.Parser.ParseFrom(metadata.Span);
        _identified(decoded.NodeID, decoded.ClusterID);
    }
}
