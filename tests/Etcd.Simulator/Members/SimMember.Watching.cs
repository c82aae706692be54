using Etcd.Protocol.Errors;
using Etcd.Simulator.World;
using Etcd.StateMachine;
using Etcd.StateMachine.Mvcc;
using Etcd.StateMachine.Watching;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Etcd.Simulator.Members;

/// <content>One watch shard and its inbox.</content>
internal sealed partial class SimMember
{
    private readonly Queue<Action> _shardInbox = new();
    private readonly List<Action> _streamsLost = [];
    private WatchShard? _shard;
    private bool _shardBusy;

    /// <summary>Opens a stream; <paramref name="lost"/> is called when the member dies.</summary>
    public void OpenStream(IWatchSink sink, WatchRequest request, Action<WatchStreamState> opened, Action lost)
    {
        _streamsLost.Add(lost);
        ToShard(() =>
        {
            WatchStreamState stream = _shard!.OpenStream(sink, LocalMilliseconds); // The inbox is emptied with it.
            opened(stream);
            _shard.Handle(stream, request, denial: null);
        });
    }

    public void CloseStream(WatchStreamState stream) => ToShard(() => _shard!.CloseStream(stream)); // As above.

    public void RequestProgress(WatchStreamState stream) => ToShard(() => _shard!.Handle(
        stream, new WatchRequest { ProgressRequest = new WatchProgressRequest() }, denial: null)); // As above.

    public void ReturnCredit(WatchStreamState stream, long sizeBytes) =>
        ToShard(() => _shard!.ReturnCredit(stream, sizeBytes)); // As above.

    private void StartWatching()
    {
        _shardBusy = false;
        _shard = new WatchShard(
            new WatchShardOptions
            {
                ClusterId = _clusterId,
                MemberId = Id,
                StreamCreditBytes = Settings.WatchCreditBytes,
                RecentRevisions = Settings.WatchRecent,
                CatchUpRevisions = Settings.WatchCatchUp,
                CatchUpWatchers = 1 + (Settings.WatchCatchUp % 4),
                ProgressIntervalMilliseconds = 2_000,
            },
            _simulation.Bug.History(new History(this)));
    }

    private void StopWatching()
    {
        _shardInbox.Clear();
        _shard = null;
        Action[] lost = [.. _streamsLost];
        _streamsLost.Clear();
        foreach (Action action in lost)
        {
            action();
        }
    }

    private void PublishEvents(EventBatch batch)
    {
        if (_simulation.Bug.Published(batch, _random) is { } published)
        {
            ToShard(() => _shard!.Publish(published)); // As above.
        }
    }

    private void Restored() => ToShard(() => _shard!.Restore()); // As above.

    private void TickWatches() => ToShard(() => _shard!.Tick(LocalMilliseconds)); // As above.

    private void ToShard(Action input)
    {
        _shardInbox.Enqueue(input);
        StartShard();
    }

    private void StartShard()
    {
        if (_shardBusy || (_shardInbox.Count == 0 && _shard is not { HasCatchUpWork: true }))
        {
            return;
        }

        _shardBusy = true;
        After(_random.Next(10, 4_000), () =>
        {
            _shardBusy = false;
            _shard!.RaftTerm = Core.Consensus.Status.Term; // Running, so there is one.
            int count = _random.Next(1, _shardInbox.Count + 1);
            for (int i = 0; i < count && _shardInbox.TryDequeue(out Action? input); i++)
            {
                input();
            }

            if (_shard.HasCatchUpWork)
            {
                _shard.CatchUp();
            }

            StartShard();
        });
    }

    private sealed class History(SimMember member) : IWatchHistory
    {
        public long Revision => View.Revision;

        public long CompactRevision => View.CompactRevision;

        private MvccView View => member.Core.State.View;

        public (IReadOnlyList<RevisionEvents>? Events, EtcdError? Error) ReadEvents(
            long fromRevision, int maxRevisions, long maxBytes, out long nextRevision) =>
            View.ReadEvents(fromRevision, maxRevisions, maxBytes, out nextRevision);

        public KeyValue? GetAt(ByteString key, long revision)
        {
            MvccView view = View;
            return revision < view.CompactRevision ? null : view.GetAt(key, revision);
        }
    }
}
