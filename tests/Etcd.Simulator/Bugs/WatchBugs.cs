using Etcd.Protocol.Errors;
using Etcd.StateMachine;
using Etcd.StateMachine.Watching;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Simulator.Bugs;

/// <summary>One batch of events in fifty does not reach the watches.</summary>
internal sealed class LosesWatchBatches : Bug
{
    public override EventBatch? Published(EventBatch batch, Random random) => random.Next(50) == 0 ? null : batch;
}

/// <summary>A watch that continues gets the last event that it had once more.</summary>
internal sealed class RepeatsEventOnResume : Bug
{
    public override IWatchHistory History(IWatchHistory history) => new Repeating(history);

    private sealed class Repeating(IWatchHistory inner) : WatchHistoryBug(inner)
    {
        public override (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
            long fromRevision, int maxRevisions, long maxBytes, out long nextRevision)
        {
            var (events, error) = base.ReadEvents(fromRevision, maxRevisions, maxBytes, out nextRevision);
            return events is { Count: > 0 } ? ([events[0], .. events], error) : (events, error);
        }
    }
}

/// <summary>A watch that fell behind a compaction continues after it, without a word (etcd issue of 3.5 and before).
/// </summary>
internal sealed class CompactionLosesEvents : Bug
{
    public override IWatchHistory History(IWatchHistory history) => new Skipping(history);

    private sealed class Skipping(IWatchHistory inner) : WatchHistoryBug(inner)
    {
        public override long CompactRevision => -1;

        public override (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
            long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
            base.ReadEvents(
                Math.Max(fromRevision, Inner.CompactRevision + 1), maxRevisions, maxBytes, out nextRevision);
    }
}

/// <summary>The previous value is the one before the previous one.</summary>
internal sealed class WrongPreviousValue : Bug
{
    public override IWatchHistory History(IWatchHistory history) => new Older(history);

    private sealed class Older(IWatchHistory inner) : WatchHistoryBug(inner)
    {
        public override KeyValue? GetAt(ByteString key, long revision) =>
            base.GetAt(key, revision) is { Version: > 1 } found ? base.GetAt(key, found.ModRevision - 1) : null;
    }
}

/// <summary>A history that passes everything on.</summary>
internal abstract class WatchHistoryBug(IWatchHistory inner) : IWatchHistory
{
    public virtual long Revision => Inner.Revision;

    public virtual long CompactRevision => Inner.CompactRevision;

    protected IWatchHistory Inner { get; } = inner;

    public virtual (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
        long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
        Inner.ReadEvents(fromRevision, maxRevisions, maxBytes, out nextRevision);

    public virtual KeyValue? GetAt(ByteString key, long revision) => Inner.GetAt(key, revision);
}
