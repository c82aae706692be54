using Etcd.Protocol.Errors;
using Etcd.StateMachine.Mvcc;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>The history of a replicated state: each call asks its newest view. Thread-safe.</summary>
public sealed class ViewWatchHistory : IWatchHistory
{
    private readonly ReplicatedState _state;

    /// <summary>Reads from the views that <paramref name="state"/> publishes.</summary>
    public ViewWatchHistory(ReplicatedState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _state = state;
    }

    /// <inheritdoc/>
    public long Revision => _state.View.Revision;

    /// <inheritdoc/>
    public long CompactRevision => _state.View.CompactRevision;

    /// <inheritdoc/>
    public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
        _state.View.ReadEvents(fromRevision, maxRevisions, maxBytes, out nextRevision);

    /// <inheritdoc/>
    public KeyValue? GetAt(ByteString key, long revision)
    {
        MvccView view = _state.View;
        return revision < view.CompactRevision ? null : view.GetAt(key, revision);
    }
}
