using Etcd.Protocol.Errors;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.StateMachine.Watching;

/// <summary>
/// The committed store as a watch shard sees it: always the newest view. Calls may read from the engine and take as
/// long as that does.
/// </summary>
public interface IWatchHistory
{
    /// <summary>Revision of the newest view; at least that of every published batch.</summary>
    long Revision { get; }

    /// <summary>Lowest readable revision of the newest view; -1 when never compacted.</summary>
    long CompactRevision { get; }

    /// <summary>Events of consecutive revisions; the same contract as <see cref="Mvcc.MvccView.ReadEvents"/>.</summary>
    /// <param name="fromRevision">First revision, at least 1.</param>
    /// <param name="maxRevisions">Largest number of revisions returned.</param>
    /// <param name="maxBytes">The walk ends after the revision that reaches this many bytes.</param>
    /// <param name="nextRevision">First revision that was not looked at.</param>
    (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision);

    /// <summary>The key as of a revision; null when it did not exist there or the revision is compacted.</summary>
    KeyValue? GetAt(ByteString key, long revision);
}
