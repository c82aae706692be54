using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Watching;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Node.Watching;

/// <summary>The node's newest view, whichever state machine published it. Thread-safe.</summary>
internal sealed class NodeWatchHistory : IWatchHistory
{
    private readonly Func<MvccView> _view;

    public NodeWatchHistory(Func<MvccView> view) => _view = view;

    /// <inheritdoc/>
    public long Revision => _view().Revision;

    /// <inheritdoc/>
    public long CompactRevision => _view().CompactRevision;

    /// <inheritdoc/>
    public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
        _view().ReadEvents(fromRevision, maxRevisions, maxBytes, out nextRevision);

    /// <inheritdoc/>
    public KeyValue? GetAt(ByteString key, long revision)
    {
        MvccView view = _view();
        return revision < view.CompactRevision ? null : view.GetAt(key, revision);
    }
}
