using Etcd.Protocol.Errors;

namespace Etcd.StateMachine.Watching;

/// <content>
/// Watches that lack revisions. Differs from etcd: a watch that fell behind a compaction is still served while the
/// recent revisions in memory reach back to it, and ends only when they do not. Etcd ends it at once, which costs the
/// client a full read for events that are at hand.
/// </content>
public sealed partial class WatchShard
{
    private readonly List<Watcher> _pass = [];
    private readonly List<RevisionEvents> _window = [];

    /// <summary>
    /// Does one bounded step: reads a window of revisions for the watch that lacks most of the next stream in turn,
    /// and serves from it every watch that stands inside the window.
    /// </summary>
    /// <returns>True when more can be done at once; false when all watches are synced or wait for credit.</returns>
    public bool CatchUp()
    {
        while (_toCatchUp.TryDequeue(out WatchStreamState? stream))
        {
            stream.IsQueued = false;
            if (!stream.CanDeliver || stream.Unsynced.Count == 0)
            {
                continue;
            }

            Step(stream);
            QueueCatchUp(stream);
            break;
        }

        return HasCatchUpWork;
    }

    /// <summary>Lets a stream take its turn when it has watches to catch up and room for their events.</summary>
    private void QueueCatchUp(WatchStreamState stream)
    {
        if (!stream.IsQueued && stream.CanDeliver && stream.Unsynced.Count > 0)
        {
            stream.IsQueued = true;
            _toCatchUp.Enqueue(stream);
        }
    }

    private void Step(WatchStreamState stream)
    {
        Watcher first = FurthestBehind(stream);
        if (!TryReadWindow(first.NextRevision, out long nextRevision))
        {
            // A watch behind the compaction ends; one that only met a newer view than its own reads again.
            long compactRevision = _history.CompactRevision;
            if (first.NextRevision < compactRevision)
            {
                CancelCompacted(first, compactRevision);
            }

            return;
        }

        FormPass(stream, first.NextRevision, nextRevision);
        foreach (RevisionEvents events in _window)
        {
            Collect(events, _unsynced, passOnly: true);
        }

        foreach (Watcher watcher in _pass)
        {
            Advance(watcher, nextRevision);
        }

        _touched.Clear();
        _pass.Clear();
        _window.Clear();
        Forget();
    }

    private static Watcher FurthestBehind(WatchStreamState stream)
    {
        Watcher furthest = stream.Unsynced[0];
        foreach (Watcher watcher in stream.Unsynced)
        {
            furthest = watcher.NextRevision < furthest.NextRevision ? watcher : furthest;
        }

        return furthest;
    }

    /// <summary>Fills the window; false when its start is compacted. Never reads beyond <see cref="Revision"/>: later
    /// revisions come by <see cref="Publish"/>.</summary>
    private bool TryReadWindow(long fromRevision, out long nextRevision)
    {
        long maxBytes = Math.Min(_options.CatchUpBytes, Math.Max(_inFlight.StreamBytes, _options.ReservedBytes));
        if (fromRevision >= _recent.First)
        {
            nextRevision = _recent.Read(
                fromRevision, Revision, _options.CatchUpRevisions, maxBytes, _window);
        }
        else if (!TryReadHistory(fromRevision, maxBytes, out nextRevision))
        {
            return false;
        }

        // A step that moves nobody would be taken again for ever.
        return nextRevision > fromRevision
            ? true
            : throw new InvalidOperationException(
                $"catching up from {fromRevision} ended at {nextRevision}, shard is at {Revision}");
    }

    private bool TryReadHistory(long fromRevision, long maxBytes, out long nextRevision)
    {
        (IReadOnlyList<RevisionEvents>? events, EtcdError? error) = _history.ReadEvents(
            fromRevision, _options.CatchUpRevisions, maxBytes, out nextRevision);
        if (error is not null || events is null)
        {
            return false;
        }

        nextRevision = Math.Min(nextRevision, Revision + 1);
        for (int index = 0; index < events.Count && events[index].Revision <= Revision; index++)
        {
            _window.Add(events[index]);
        }

        return true;
    }

    /// <summary>Chooses who takes part: watches in the window, first of this stream, then of those in line.</summary>
    private void FormPass(WatchStreamState stream, long fromRevision, long nextRevision)
    {
        Join(stream, fromRevision, nextRevision);
        foreach (WatchStreamState other in _toCatchUp)
        {
            if (_pass.Count >= _options.CatchUpWatchers)
            {
                return;
            }

            if (other.CanDeliver)
            {
                Join(other, fromRevision, nextRevision);
            }
        }
    }

    private void Join(WatchStreamState stream, long fromRevision, long nextRevision)
    {
        foreach (Watcher watcher in stream.Unsynced)
        {
            if (_pass.Count >= _options.CatchUpWatchers)
            {
                return;
            }

            if (watcher.NextRevision >= fromRevision && watcher.NextRevision < nextRevision)
            {
                watcher.IsInPass = true;
                _pass.Add(watcher);
            }
        }
    }

    /// <summary>Sends what was collected and moves on; without credit the watch stays where it was.</summary>
    private void Advance(Watcher watcher, long nextRevision)
    {
        watcher.IsInPass = false;
        if (watcher.Collected is not null)
        {
            List<Mvccpb.Event> collected = TakeCollected(watcher);
            bool canDeliver = watcher.Stream.CanDeliver;
            if (canDeliver)
            {
                Deliver(watcher, collected, Revision);
            }

            Recycle(collected);
            if (!canDeliver)
            {
                return;
            }
        }

        watcher.NextRevision = nextRevision;
        if (nextRevision > Revision)
        {
            MakeSynced(watcher);
        }
    }
}
