using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Watching;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Benchmarks.Micro;

/// <summary>What a watch shard may ask of the store; watchers that keep up ask nothing of the past.</summary>
internal sealed class NoHistory(ReplicatedState state) : IWatchHistory
{
    /// <inheritdoc/>
    public long Revision => state.View.Revision;

    /// <inheritdoc/>
    public long CompactRevision => state.View.CompactRevision;

    /// <inheritdoc/>
    public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
        throw new InvalidOperationException("a watcher fell behind");

    /// <inheritdoc/>
    public KeyValue? GetAt(ByteString key, long revision) => state.View.GetAt(key, revision);
}
